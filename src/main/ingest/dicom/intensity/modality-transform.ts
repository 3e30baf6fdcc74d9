import type { DataSet } from 'dicom-parser';
import { firstItem, frameScopes } from '../functional-groups';
import { type LookupTable, lookUp, readLookupTable } from './lookup-table';

/** From stored values to the modality's units, such as Hounsfield (PS3.3, C.11.1). */
export type ModalityTransform =
  | { readonly kind: 'linear'; readonly slope: number; readonly intercept: number }
  | { readonly kind: 'table'; readonly table: LookupTable };

const PIXEL_VALUE_TRANSFORMATION_SEQUENCE = 'x00289145';
const MODALITY_LUT_SEQUENCE = 'x00283000';

/** The Modality LUT of a frame, else its rescale, else the identity. Never assumed to be one for a whole file. */
export function readModalityTransform(dataSet: DataSet, frame: number, signed: boolean): ModalityTransform {
  const table = readLookupTable(firstItem(dataSet, MODALITY_LUT_SEQUENCE), signed);
  if (table !== null) return { kind: 'table', table };
  for (const scope of frameScopes(dataSet, frame, PIXEL_VALUE_TRANSFORMATION_SEQUENCE)) {
    const slope = scope.floatString('x00281053');
    const intercept = scope.floatString('x00281052');
    if (slope === undefined && intercept === undefined) continue;
    // A slope of 0 would make every pixel the same: written by mistake, it means that there is no rescale.
    const usable = slope !== undefined && Number.isFinite(slope) && slope !== 0;
    return {
      kind: 'linear',
      slope: usable ? slope : 1,
      intercept: intercept !== undefined && Number.isFinite(intercept) ? intercept : 0,
    };
  }
  return { kind: 'linear', slope: 1, intercept: 0 };
}

/** One value. */
export function applyModalityTransform(transform: ModalityTransform, value: number): number {
  return transform.kind === 'linear' ? value * transform.slope + transform.intercept : lookUp(transform.table, value);
}
