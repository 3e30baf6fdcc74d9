import type { DataSet } from 'dicom-parser';
import { damaged } from '../damaged';
import type { ImageAttributes } from '../image-attributes';
import type { StoredValues } from '../stored-values';
import { applyPalette, readPalette } from './palette';
import { ybrFullToRgb } from './ybr-to-rgb';

/** Samples of more than 8 bits to 8, by their range: value * 255 / (2^bits - 1), rounded. */
function toEightBits({ values }: StoredValues, { bitsStored, signed }: ImageAttributes): Uint8Array {
  if (values instanceof Uint8Array && bitsStored === 8) return values;
  const top = 2 ** bitsStored - 1;
  const offset = signed ? 2 ** (bitsStored - 1) : 0;
  return Uint8Array.from(values, (value) => Math.round(((value + offset) * 255) / top));
}

/** A colour frame (three samples, or indices into a palette) as interleaved 8-bit RGB. Errors: `damaged`. */
export function toRgb(stored: StoredValues, image: ImageAttributes, dataSet: DataSet): Uint8Array {
  const photometric = stored.photometricInterpretation;
  if (stored.samples === 1) return applyPalette(readPalette(dataSet, image.signed), stored.values);
  const pixels = toEightBits(stored, image);
  switch (photometric) {
    case 'RGB':
      return pixels;
    case 'YBR_FULL':
    case 'YBR_FULL_422':
      return ybrFullToRgb(pixels);
    default:
      throw damaged('The image names a colour model that Fovea does not read.');
  }
}

/** Whether a frame is shown in colour: by what its values are, not by what the header calls them. */
export function isColour(stored: StoredValues): boolean {
  return stored.samples === 3 || stored.photometricInterpretation === 'PALETTE COLOR';
}
