import type { DataSet } from 'dicom-parser';
import type { FoveaError } from '#shared/ipc/errors';
import { damaged, unsupportedImage } from '../damaged';
import type { ImageAttributes } from '../image-attributes';
import type { Notes } from '../notes';
import type { StoredValues } from '../stored-values';
import { applyPalette, readPalette } from './palette';
import { ybrFullToRgb, ybrPartialToRgb } from './ybr-to-rgb';

/** Scales samples to 8 bits by their range: value * 255 / (2^bits - 1), rounded. */
function toEightBits({ values }: StoredValues, { bitsStored, signed }: ImageAttributes): Uint8Array {
  if (values instanceof Uint8Array && bitsStored === 8) return values;
  const top = 2 ** bitsStored - 1;
  const offset = signed ? 2 ** (bitsStored - 1) : 0;
  return Uint8Array.from(values, (value) => Math.round(((value + offset) * 255) / top));
}

/** Error for a colour model retired from DICOM, or one that does not fit three channels, with the actual reason. */
function otherModel(photometric: string): FoveaError {
  if (['HSV', 'ARGB', 'CMYK'].includes(photometric)) {
    return unsupportedImage(`The colours of the image are stored as ${photometric}, which Fovea does not support.`);
  }
  return photometric.startsWith('MONOCHROME') || photometric === 'PALETTE COLOR'
    ? damaged('The image is inconsistent: it has three channels but is declared as grey or indexed.')
    : unsupportedImage('The image has three channels but no supported colour model.');
}

/**
 * Converts a colour frame (three samples, or indices into a palette) to interleaved 8-bit RGB.
 * @throws FoveaError `damaged`, `unsupported_image`
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

/** Whether a frame is in colour, judged by its values rather than by the header. */
export function isColour(stored: StoredValues): boolean {
  return stored.samples === 3 || stored.photometricInterpretation === 'PALETTE COLOR';
}
