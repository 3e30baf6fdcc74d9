import type { DataSet } from 'dicom-parser';
import type { ImageAttributes } from '../image-attributes';
import type { Notes } from '../notes';
import { type NumberAttribute, readNumber } from '../numbers/read-numbers';
import type { StoredValues, ValueArray } from '../stored-values';
import { readText } from '../text';
import {
  applyModalityTransform,
  type ModalityTransform,
  readModalityTransform,
  usableTransform,
} from './modality-transform';
import { type CountedValues, countValues } from './statistics';
import { readVoi, type Voi } from './voi';

/** A grey frame with its units, window and padding as declared in the file. */
export interface GreyFrame {
  readonly stored: ValueArray;
  /** Converts a stored value to the modality's units. */
  readonly toUnits: (stored: number) => number;
  /** Whether a stored value is padding (PS3.3, C.7.5.1.1.2). */
  readonly isPadding: (stored: number) => boolean;
  /** In units, without padding. */
  readonly counted: CountedValues;
  readonly voi: Voi;
  /** MONOCHROME1: low values are white. Inversion is the last step. */
  readonly inverted: boolean;
}

/**
 * Pixel Padding Value (0028,0120) and Pixel Padding Range Limit (0028,0121), or their counterparts for float pixels.
 */
function paddingAttributes({ float, bitsAllocated, signed }: ImageAttributes): readonly NumberAttribute[] {
  const [value, limit, vr] = !float
    ? (['x00280120', 'x00280121', signed ? 'SS' : 'US'] as const)
    : bitsAllocated === 64
      ? (['x00280123', 'x00280125', 'FD'] as const)
      : (['x00280122', 'x00280124', 'FL'] as const);
  return [
    { tag: value, name: 'Pixel Padding Value', vr },
    { tag: limit, name: 'Pixel Padding Range Limit', vr },
  ];
}

/** Reads padding: a value, or an inclusive range between the value and its limit (PS3.3, C.7.5.1.1.2). */
function readPadding(dataSet: DataSet, image: ImageAttributes, notes: Notes): GreyFrame['isPadding'] {
  const [value, other] = paddingAttributes(image).map((attribute) => readNumber(dataSet, attribute, notes));
  if (value === undefined) {
    if (other !== undefined) notes.add('Pixel Padding Range Limit has no Pixel Padding Value and is ignored.');
    return () => false;
  }
  const limit = other ?? value;
  const low = Math.min(value, limit);
  const high = Math.max(value, limit);
  return (stored) => stored >= low && stored <= high;
}

/**
 * Notes a Presentation LUT Shape (2050,0020) that contradicts Photometric Interpretation. They are equivalent (PS3.3,
 * C.8.11.3): IDENTITY with MONOCHROME2, INVERSE with MONOCHROME1. The latter takes precedence, as in all viewers.
 */
function notePresentation(dataSet: DataSet, inverted: boolean, notes: Notes): void {
  const shape = readText(dataSet, 'x20500020')?.toUpperCase();
  if ((shape === 'IDENTITY' && inverted) || (shape === 'INVERSE' && !inverted)) {
    notes.add(
      `Presentation LUT Shape contradicts Photometric Interpretation; the image is shown as ${inverted ? 'MONOCHROME1' : 'MONOCHROME2'}.`,
    );
  }
}

/**
 * Notes a supplemental palette, which colours some values of a grey image (PS3.3, C.7.6.19); a model sees them as grey.
 */
function noteSupplementalPalette(dataSet: DataSet, notes: Notes): void {
  if (dataSet.elements['x00281101'] === undefined) return;
  notes.add('The file has a supplemental colour palette for some of its values, which are shown in grey.');
}

/** Whether the input of a VOI LUT may be negative: never after a Modality LUT, whose entries are unsigned. */
function mayBeNegative(transform: ModalityTransform, { bitsStored, signed }: ImageAttributes): boolean {
  if (transform.kind === 'table') return false;
  const low = signed ? -(2 ** (bitsStored - 1)) : 0;
  const high = signed ? -low - 1 : 2 ** bitsStored - 1;
  const { slope, intercept } = transform;
  return Math.min(low * slope, high * slope) + intercept < 0;
}

/** Prepares a grey frame for conversion to 8 bits, for model or display. */
export function toGreyFrame(
  dataSet: DataSet,
  frame: number,
  image: ImageAttributes,
  stored: StoredValues,
  notes: Notes,
): GreyFrame {
  const declared = readModalityTransform(dataSet, frame, image.signed, notes);
  const transform = usableTransform(declared, stored.values, notes);
  const toUnits = (value: number) => applyModalityTransform(transform, value);
  const isPadding = readPadding(dataSet, image, notes);
  const inverted = stored.photometricInterpretation === 'MONOCHROME1';
  notePresentation(dataSet, inverted, notes);
  noteSupplementalPalette(dataSet, notes);
  if (!stored.photometricInterpretation.startsWith('MONOCHROME')) {
    notes.add('The image has one channel and no palette, but is not declared as grey; it is shown as grey.');
  }
  return {
    stored: stored.values,
    toUnits,
    isPadding,
    counted: countValues(stored.values, toUnits, (value) => !isPadding(value)),
    voi: readVoi(dataSet, frame, mayBeNegative(transform, image), notes),
    inverted,
  };
}
