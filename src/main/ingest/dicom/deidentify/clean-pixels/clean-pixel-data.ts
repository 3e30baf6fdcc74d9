import { damaged, truncated } from '../../damaged';
import { readImageAttributes } from '../../image-attributes';
import type { ParsedDicom } from '../../parse';
import { countFrames } from '../../read-frame';
import { isRetiredJpeg, pixelEncoding } from '../../transfer-syntax';
import { cleanFrames } from './clean-frames';
import { cleanNative } from './clean-native';

/** Data outside the image that was removed from the pixel data. */
export interface PixelRemovals {
  /** Frames whose unused bits were cleared; an uncompressed file counts once. */
  readonly cleared: number;
  /** Bytes after the image, or undeclared frames and fragments, were removed. */
  readonly cut: boolean;
  /** Compressed frames from which data was removed. */
  readonly stripped: number;
}

export interface CleanPixels {
  /** In dicom-parser's form; the rest of its group is removed. */
  readonly tag: (typeof PIXEL_DATA)[number];
  readonly encapsulated: boolean;
  readonly value: Buffer;
  /** The number of frames that an import reads; any others in the file are removed. */
  readonly frames: number;
  readonly removals: PixelRemovals;
}

/** In order of precedence when reading frames. */
export const PIXEL_DATA = ['x7fe00010', 'x7fe00008', 'x7fe00009'] as const;

/**
 * Reduces the pixel data of a file to the image: keeps every sample value, and removes data that no decoder displays
 * (unused bits, bytes and frames after the image, comments and tables of compressed streams) or rejects the file.
 * @throws FoveaError `hidden_data`, and as reading frames
 */
export async function cleanPixelData(parsed: ParsedDicom): Promise<CleanPixels> {
  const { dataSet, transferSyntax, stop } = parsed;
  const tag = PIXEL_DATA.find((one) => (dataSet.elements[one]?.length ?? 0) > 0);
  const element = tag === undefined ? undefined : dataSet.elements[tag];
  if (tag === undefined || element === undefined) {
    throw stop === null
      ? damaged('The DICOM file has no pixel data.')
      : truncated('The DICOM file ends before its image.');
  }
  const image = readImageAttributes(dataSet);
  const native = !isRetiredJpeg(transferSyntax) && pixelEncoding(transferSyntax) === 'native';
  if (native !== (element.fragments === undefined)) {
    throw damaged('The DICOM file is inconsistent: its image is not compressed as declared.');
  }
  if (native) {
    const frames = countFrames(parsed);
    const { value, cut, cleared } = cleanNative(dataSet, element, { ...image, frames }, transferSyntax);
    return { tag, encapsulated: false, value, frames, removals: { cut, cleared: cleared ? 1 : 0, stripped: 0 } };
  }
  const { value, frames, cut, cleared, stripped } = await cleanFrames(dataSet, element, image, transferSyntax);
  return { tag, encapsulated: true, value, frames, removals: { cut, cleared, stripped } };
}
