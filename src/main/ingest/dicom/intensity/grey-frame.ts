import type { DataSet } from 'dicom-parser';
import type { ValueRange } from '../../types';
import type { ImageAttributes } from '../image-attributes';
import type { StoredValues } from '../stored-values';
import { applyModalityTransform, readModalityTransform } from './modality-transform';
import { rangeOf } from './statistics';
import { readVoi, type Voi } from './voi';

/** A grey frame after its modality LUT. */
export interface GreyFrame {
  readonly values: Float32Array;
  /** Of `values`, padding left out. */
  readonly range: ValueRange;
  readonly voi: Voi;
  /** True where a pixel is padding (PS3.3, C.7.5.1.1.2); null when the file has none. */
  readonly isPadding: ((index: number) => boolean) | null;
  /** MONOCHROME1: low values are white. The inversion comes last. */
  readonly inverted: boolean;
}

/** Pixel Padding Value (0028,0120), and the range up to its limit (0028,0121), as a test on stored values. */
function readPadding(dataSet: DataSet, { signed }: ImageAttributes, stored: StoredValues): GreyFrame['isPadding'] {
  const read = (tag: string) => (signed ? dataSet.int16(tag) : dataSet.uint16(tag));
  const value = read('x00280120');
  if (value === undefined) return null;
  const limit = read('x00280121') ?? value;
  const low = Math.min(value, limit);
  const high = Math.max(value, limit);
  const { values } = stored;
  return (index) => {
    const pixel = values[index] as number;
    return pixel >= low && pixel <= high;
  };
}

/** Applies the modality LUT of the frame and reads what the file says of its window and padding. */
export function toGreyFrame(dataSet: DataSet, frame: number, image: ImageAttributes, stored: StoredValues): GreyFrame {
  const transform = readModalityTransform(dataSet, frame, image.signed);
  const values = Float32Array.from(stored.values, (value) => applyModalityTransform(transform, value));
  const isPadding = readPadding(dataSet, image, stored);
  const range = rangeOf(values, isPadding === null ? null : (index) => !isPadding(index));
  const negative = image.signed || (transform.kind === 'linear' && transform.intercept < 0);
  return {
    values,
    range,
    voi: readVoi(dataSet, frame, negative),
    isPadding,
    inverted: stored.photometricInterpretation === 'MONOCHROME1',
  };
}
