import type { DataSet } from 'dicom-parser';
import type { FoveaError } from '#shared/ipc/errors';
import { damaged, notRead } from '../damaged';
import type { ImageAttributes } from '../image-attributes';
import type { Notes } from '../notes';
import type { StoredValues } from '../stored-values';
import { applyPalette, readPalette } from './palette';
import { ybrFullToRgb, ybrPartialToRgb } from './ybr-to-rgb';

/** Samples of more than 8 bits to 8, by their range: value * 255 / (2^bits - 1), rounded. */
function toEightBits({ values }: StoredValues, { bitsStored, signed }: ImageAttributes): Uint8Array {
  if (values instanceof Uint8Array && bitsStored === 8) return values;
  const top = 2 ** bitsStored - 1;
  const offset = signed ? 2 ** (bitsStored - 1) : 0;
  return Uint8Array.from(values, (value) => Math.round(((value + offset) * 255) / top));
}

/** Colour models that DICOM had once, and a wrong one for three channels: for a reason that is true. */
function otherModel(photometric: string): FoveaError {
  if (['HSV', 'ARGB', 'CMYK'].includes(photometric)) {
    return notRead(`The colours of the image are stored as ${photometric}, which Fovea does not support.`);
  }
  return photometric.startsWith('MONOCHROME') || photometric === 'PALETTE COLOR'
    ? damaged('The image is inconsistent: it has three channels but is declared as grey or indexed.')
    : notRead('The image has three channels but no supported colour model.');
}

/**
 * A colour frame (three samples, or indices into a palette) as interleaved 8-bit RGB. Errors: `damaged`,
 * `unsupported_image`.
 */
export function toRgb(stored: StoredValues, image: ImageAttributes, dataSet: DataSet, notes: Notes): Uint8Array {
  const photometric = stored.photometricInterpretation;
  if (stored.samples === 1) return applyPalette(readPalette(dataSet, image.signed, notes), stored.values);
  const pixels = toEightBits(stored, image);
  switch (photometric) {
    case 'RGB':
      return pixels;
    case 'YBR_FULL':
    case 'YBR_FULL_422':
      return ybrFullToRgb(pixels);
    case 'YBR_PARTIAL_422':
    case 'YBR_PARTIAL_420':
      return ybrPartialToRgb(pixels);
    default:
      throw otherModel(photometric);
  }
}

/** Whether a frame is shown in colour: by what its values are, not by what the header calls them. */
export function isColour(stored: StoredValues): boolean {
  return stored.samples === 3 || stored.photometricInterpretation === 'PALETTE COLOR';
}
