import type { DataSet } from 'dicom-parser';
import { FoveaError } from '#shared/ipc/errors';
import { decodeFrame } from './codecs/decode-frame';
import { damaged, truncated } from './damaged';
import { findFrameFragments, joinFragments } from './encapsulated/frame-fragments';
import { type ImageAttributes, readImageAttributes } from './image-attributes';
import { readNativeFrame } from './native-frame';
import type { ParsedDicom, ParseStop } from './parse';
import { type StoredValues, toStoredValues } from './stored-values';
import { pixelEncoding } from './transfer-syntax';

export interface DicomFrame {
  readonly image: ImageAttributes;
  readonly stored: StoredValues;
}

function findPixelData(dataSet: DataSet, stop: ParseStop) {
  const element = dataSet.elements['x7fe00010'] ?? dataSet.elements['x7fe00008'] ?? dataSet.elements['x7fe00009'];
  if (element !== undefined && element.length > 0) return element;
  if (stop === 'truncated') throw truncated('The file ends before its image does.');
  if (stop === 'damaged') throw damaged('The file is damaged before or in its image.');
  throw new FoveaError('no_pixel_data', 'The DICOM file has no image in it.', {
    hint: 'Reports, plans, waveforms and directories have no picture to learn from.',
  });
}

/**
 * Stored values of one frame (from 0). Errors: `no_pixel_data`, `not_dicom_image`, `unsupported_transfer_syntax`,
 * `truncated`, `damaged`, `too_large`.
 */
export async function readDicomFrame(parsed: ParsedDicom, frame: number): Promise<DicomFrame> {
  const { dataSet, transferSyntax, stop } = parsed;
  const pixelData = findPixelData(dataSet, stop);
  const encoding = pixelEncoding(transferSyntax);
  const image = readImageAttributes(dataSet);
  if (!Number.isInteger(frame) || frame < 0 || frame >= image.frames) {
    throw new FoveaError('not_found', `The file has ${image.frames} frames; frame ${frame + 1} was asked for.`);
  }
  // Encapsulated syntaxes may hold uncompressed data by mistake of the writer, and the other way round.
  if (encoding === 'native' && pixelData.fragments !== undefined) {
    throw damaged('The file says that its image is uncompressed, but it is compressed.');
  }
  if (encoding !== 'native' && pixelData.fragments === undefined) {
    throw damaged('The file says that its image is compressed, but it is not.');
  }
  const decoded =
    encoding === 'native'
      ? readNativeFrame(dataSet, pixelData, image, transferSyntax, frame)
      : await decodeFrame(
          encoding,
          joinFragments(dataSet.byteArray, findFrameFragments(dataSet, pixelData, image.frames, frame)),
          image,
        );
  return { image, stored: toStoredValues(decoded, image) };
}
