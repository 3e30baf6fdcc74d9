import type { DataSet, Element } from 'dicom-parser';
import { FoveaError } from '#shared/ipc/errors';
import { decodeFrame } from './codecs/decode-frame';
import { damaged, tooDeep, truncated } from './damaged';
import { findFrames, joinFragments } from './encapsulated/frame-fragments';
import { type ImageAttributes, readImageAttributes } from './image-attributes';
import { countNativeFrames, readNativeFrame } from './native-frame';
import type { Notes } from './notes';
import type { ParsedDicom, ParseStop } from './parse';
import { type StoredValues, toStoredValues } from './stored-values';
import { pixelEncoding } from './transfer-syntax';

export interface DicomFrame {
  /** `frames`: the number of readable frames. */
  readonly image: ImageAttributes;
  readonly stored: StoredValues;
}

function pixelElement({ elements }: DataSet): Element | undefined {
  return elements['x7fe00010'] ?? elements['x7fe00008'] ?? elements['x7fe00009'];
}

function findPixelData(dataSet: DataSet, stop: ParseStop): Element {
  const element = pixelElement(dataSet);
  if (element !== undefined && element.length > 0) return element;
  if (stop === 'truncated') throw truncated('The file ends inside its image.');
  if (stop === 'damaged') throw damaged('The file is damaged before or in the image data.');
  if (stop === 'too-deep') throw tooDeep();
  throw new FoveaError('no_pixel_data', 'The DICOM file contains no image.', {
    hint: 'Reports, plans, waveforms and directories contain no image to learn from.',
  });
}

/** Notes data damaged after the image, or pixel data declared longer than the file. */
function noteEnd({ dataSet, stop }: ParsedDicom, pixelData: Element, notes: Notes): void {
  const beyond = pixelData.dataOffset + pixelData.length - dataSet.byteArray.length;
  if (pixelData.fragments === undefined && beyond > 0) {
    notes.add(`The pixel data is declared ${beyond} bytes longer than the file, but the image itself is complete.`);
  } else if (stop !== null) {
    notes.add('The file is damaged after the image data.');
  }
}

/**
 * Counts the readable frames of a file without decoding pixels; 1 if the file is faulty, since reading a frame reports
 * the fault.
 */
export function countFrames({ dataSet, transferSyntax, stop }: ParsedDicom): number {
  try {
    const pixelData = findPixelData(dataSet, stop);
    const encoding = pixelEncoding(transferSyntax);
    const image = readImageAttributes(dataSet);
    const cut = stop === 'truncated';
    return encoding === 'native'
      ? countNativeFrames(dataSet, pixelData, image, cut, new Set())
      : findFrames(dataSet, pixelData, image, encoding, cut, new Set()).count;
  } catch {
    return 1;
  }
}

/**
 * Reads the stored values of one frame (from 0) and notes irregularities of the image and its frames.
 * @throws FoveaError `no_pixel_data`, `not_dicom_image`, `unsupported_transfer_syntax`, `unsupported_image`,
 * `truncated`, `damaged`, `too_large`
 */
export async function readDicomFrame(parsed: ParsedDicom, frame: number, notes: Notes): Promise<DicomFrame> {
  const { dataSet, transferSyntax, stop } = parsed;
  const pixelData = findPixelData(dataSet, stop);
  const encoding = pixelEncoding(transferSyntax);
  const declared = readImageAttributes(dataSet, notes);
  // Some writers store uncompressed data under an encapsulated syntax, or the reverse.
  if (encoding === 'native' && pixelData.fragments !== undefined) {
    throw damaged('The file declares its image as uncompressed, but it is compressed.');
  }
  if (encoding !== 'native' && pixelData.fragments === undefined) {
    throw damaged('The file declares its image as compressed, but it is not.');
  }
  const cut = stop === 'truncated';
  const found =
    encoding === 'native'
      ? { count: countNativeFrames(dataSet, pixelData, declared, cut, notes), frames: [] }
      : findFrames(dataSet, pixelData, declared, encoding, cut, notes);
  const image = { ...declared, frames: found.count };
  if (!Number.isInteger(frame) || frame < 0 || frame >= image.frames) {
    throw new FoveaError('not_found', `The file has ${image.frames} frames; frame ${frame + 1} was requested.`);
  }
  const fragments = found.frames[frame];
  if (encoding !== 'native' && fragments === undefined) {
    throw truncated(`The file declares ${image.frames} frames, but only ${found.frames.length} are present.`);
  }
  const decoded =
    encoding === 'native'
      ? readNativeFrame(dataSet, pixelData, declared, transferSyntax, frame)
      : await decodeFrame(encoding, joinFragments(dataSet.byteArray, fragments ?? []), image, notes);
  noteEnd(parsed, pixelData, notes);
  return { image, stored: toStoredValues(decoded, image) };
}
