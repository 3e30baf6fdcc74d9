import type { DataSet } from 'dicom-parser';
import type { ImageAttributes } from '../image-attributes';
import type { StoredValues, ValueArray } from '../stored-values';
import { applyModalityTransform, readModalityTransform } from './modality-transform';
import { type CountedValues, countValues } from './statistics';
import { readVoi, type Voi } from './voi';

/** A grey frame and what its file says of its units, window and padding. */
export interface GreyFrame {
  readonly stored: ValueArray;
  /** From a stored value to the modality's units. */
  readonly toUnits: (stored: number) => number;
  /** Whether a stored value is padding (PS3.3, C.7.5.1.1.2). */
  readonly isPadding: (stored: number) => boolean;
  /** In units, padding left out. */
  readonly counted: CountedValues;
  readonly voi: Voi;
  /** MONOCHROME1: low values are white. The inversion comes last. */
  readonly inverted: boolean;
}

/** Pixel Padding Value (0028,0120), and the range up to its limit (0028,0121). */
function readPadding(dataSet: DataSet, { signed }: ImageAttributes): GreyFrame['isPadding'] {
  const read = (tag: string) => (signed ? dataSet.int16(tag) : dataSet.uint16(tag));
  const value = read('x00280120');
  if (value === undefined) return () => false;
  const limit = read('x00280121') ?? value;
  const low = Math.min(value, limit);
  const high = Math.max(value, limit);
  return (stored) => stored >= low && stored <= high;
}

/** One grey frame, ready for either way to 8 bits. */
export function toGreyFrame(dataSet: DataSet, frame: number, image: ImageAttributes, stored: StoredValues): GreyFrame {
  const transform = readModalityTransform(dataSet, frame, image.signed);
  const toUnits = (value: number) => applyModalityTransform(transform, value);
  const isPadding = readPadding(dataSet, image);
  const negative = image.signed || (transform.kind === 'linear' && transform.intercept < 0);
  return {
    stored: stored.values,
    toUnits,
    isPadding,
    counted: countValues(stored.values, toUnits, (value) => !isPadding(value)),
    voi: readVoi(dataSet, frame, negative),
    inverted: stored.photometricInterpretation === 'MONOCHROME1',
  };
}
