import { damaged, truncated } from '../../damaged';
import { readImageAttributes } from '../../image-attributes';
import type { ParsedDicom } from '../../parse';
import { countFrames } from '../../read-frame';
import { isRetiredJpeg, pixelEncoding } from '../../transfer-syntax';
import { cleanFrames } from './clean-frames';
import { cleanNative } from './clean-native';

/** What of the pixel data was not the image. */
export interface PixelRemovals {
  /** Frames whose unused bits were cleared; a file that is not compressed counts once. */
  readonly cleared: number;
  /** Bytes behind the image, or frames and fragments that the file does not speak of, are gone. */
  readonly cut: boolean;
  /** Compressed frames that lost something. */
  readonly stripped: number;
}

export interface CleanPixels {
  /** As dicom-parser writes it; what else is in its group is left out. */
  readonly tag: (typeof PIXEL_DATA)[number];
  readonly encapsulated: boolean;
  readonly value: Buffer;
  /** As many as an import reads; what the file holds beyond them is gone. */
  readonly frames: number;
  readonly removals: PixelRemovals;
}

/** In the order in which the reader of frames takes them. */
export const PIXEL_DATA = ['x7fe00010', 'x7fe00008', 'x7fe00009'] as const;

/**
 * The pixel data of a file with nothing but the image in them: every sample value stays. What a decoder does not show
 * (unused bits, bytes and frames behind the image, comments and tables of compressed streams) is gone, or the file is
 * refused. Errors: `hidden_data`, and those of reading frames.
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
