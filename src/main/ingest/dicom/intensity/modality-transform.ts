import type { DataSet } from 'dicom-parser';
import { firstItem, frameScopes } from '../functional-groups';
import type { Notes } from '../notes';
import { type NumberAttribute, readNumber } from '../numbers/read-numbers';
import type { ValueArray } from '../stored-values';
import { readText } from '../text';
import { type LookupTable, lookUp, readLookupTable } from './lookup-table';

/** Maps stored values to the modality's units, such as Hounsfield (PS3.3, C.11.1). */
export type ModalityTransform =
  | { readonly kind: 'linear'; readonly slope: number; readonly intercept: number }
  | { readonly kind: 'table'; readonly table: LookupTable };

const PIXEL_VALUE_TRANSFORMATION_SEQUENCE = 'x00289145';
const MODALITY_LUT_SEQUENCE = 'x00283000';
const RESCALE_INTERCEPT: NumberAttribute = { tag: 'x00281052', name: 'Rescale Intercept', vr: 'DS' };
const RESCALE_SLOPE: NumberAttribute = { tag: 'x00281053', name: 'Rescale Slope', vr: 'DS' };

const IDENTITY: ModalityTransform = { kind: 'linear', slope: 1, intercept: 0 };

/**
 * X-Ray Angiographic and Radiofluoroscopic images, and the retired bi-plane ones: their Modality LUT recovers X-ray
 * intensity for subtraction and is not for display (PS3.3, C.8.7.1; PS3.4, N.2.1.1). Their windows are in stored
 * values. DCMTK ignores the LUT for the same classes.
 */
const withoutModalityTransform: ReadonlySet<string> = new Set([
  '1.2.840.10008.5.1.4.1.1.12.1',
  '1.2.840.10008.5.1.4.1.1.12.2',
  '1.2.840.10008.5.1.4.1.1.12.3',
]);

/** Reads a frame's Modality LUT, else its rescale, else the identity. Frames of one file may differ. */
export function readModalityTransform(
  dataSet: DataSet,
  frame: number,
  signed: boolean,
  notes: Notes,
): ModalityTransform {
  const transform = readDeclared(dataSet, frame, signed, notes);
  const changes = transform.kind === 'table' || transform.slope !== 1 || transform.intercept !== 0;
  if (!changes || !withoutModalityTransform.has(readText(dataSet, 'x00080016') ?? '')) return transform;
  notes.add('The Modality LUT or rescale of the file is ignored: in X-ray angiography it is not for display.');
  return IDENTITY;
}

function readDeclared(dataSet: DataSet, frame: number, signed: boolean, notes: Notes): ModalityTransform {
  const table = readLookupTable(firstItem(dataSet, MODALITY_LUT_SEQUENCE), signed, 'Modality LUT', notes);
  if (table !== null) {
    if (dataSet.elements[RESCALE_INTERCEPT.tag] !== undefined || dataSet.elements[RESCALE_SLOPE.tag] !== undefined)
      notes.add('The file has both a Modality LUT and a rescale, which exclude each other; the LUT was used.');
    return { kind: 'table', table };
  }
  for (const scope of frameScopes(dataSet, frame, PIXEL_VALUE_TRANSFORMATION_SEQUENCE)) {
    const slope = readNumber(scope, RESCALE_SLOPE, notes);
    const intercept = readNumber(scope, RESCALE_INTERCEPT, notes);
    if (slope === undefined && intercept === undefined) continue;
    // A slope of 0 would make all pixels equal.
    if (slope === 0) notes.add('Rescale Slope is 0, which DICOM does not allow: 1 was used.');
    if (slope === undefined)
      notes.add('The file has no usable Rescale Slope for its Rescale Intercept; a slope of 1 was used.');
    if (intercept === undefined)
      notes.add('The file has no usable Rescale Intercept for its Rescale Slope; 0 was used.');
    return { kind: 'linear', slope: slope === undefined || slope === 0 ? 1 : slope, intercept: intercept ?? 0 };
  }
  return IDENTITY;
}

/**
 * Returns the transform if it keeps stored values distinct, else the identity: rejects a slope or an intercept so large
 * that values overflow or collapse to a single number, which no modality intends.
 */
export function usableTransform(transform: ModalityTransform, stored: ValueArray, notes: Notes): ModalityTransform {
  if (transform.kind === 'table') return transform;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  // An iterator over the pixels would take several times as long.
  for (let index = 0; index < stored.length; index++) {
    const value = stored[index] as number;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const [atLow, atHigh] = [low, high].map((value) => applyModalityTransform(transform, value)) as [number, number];
  if (low > high || (Number.isFinite(atHigh - atLow) && (low === high || atHigh !== atLow))) return transform;
  notes.add('Rescale Slope and Rescale Intercept map all values to the same number and are ignored.');
  return IDENTITY;
}

export function applyModalityTransform(transform: ModalityTransform, value: number): number {
  return transform.kind === 'linear' ? value * transform.slope + transform.intercept : lookUp(transform.table, value);
}
