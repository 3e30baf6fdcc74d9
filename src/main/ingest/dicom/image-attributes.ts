import type { DataSet } from 'dicom-parser';
import { FoveaError } from '#shared/ipc/errors';
import { MAX_PIXELS } from '../limits';
import { damaged, unsupportedImage } from './damaged';
import type { Notes } from './notes';
import { type NumberAttribute, readNumber } from './numbers/read-numbers';
import { readText } from './text';

/** The validated Image Pixel module (PS3.3, C.7.6.3). */
export interface ImageAttributes {
  readonly rows: number;
  readonly columns: number;
  readonly samples: 1 | 3;
  readonly bitsAllocated: 1 | 8 | 16 | 32 | 64;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  /** True: all red samples, then all green, then all blue. */
  readonly planar: boolean;
  /** Number of Frames (0028,0008); null if absent or not a count. The actual count comes from the pixel data. */
  readonly declaredFrames: number | null;
  /** `declaredFrames`, else 1. */
  readonly frames: number;
  readonly photometricInterpretation: string;
  /** Values are floats, from (7FE0,0008) or (7FE0,0009). */
  readonly float: boolean;
}

const ROWS: NumberAttribute = { tag: 'x00280010', name: 'Rows', vr: 'US' };
const COLUMNS: NumberAttribute = { tag: 'x00280011', name: 'Columns', vr: 'US' };
const SAMPLES_PER_PIXEL: NumberAttribute = { tag: 'x00280002', name: 'Samples per Pixel', vr: 'US' };
const PLANAR_CONFIGURATION: NumberAttribute = { tag: 'x00280006', name: 'Planar Configuration', vr: 'US' };
const NUMBER_OF_FRAMES: NumberAttribute = { tag: 'x00280008', name: 'Number of Frames', vr: 'IS' };
const BITS_ALLOCATED: NumberAttribute = { tag: 'x00280100', name: 'Bits Allocated', vr: 'US' };
const BITS_STORED: NumberAttribute = { tag: 'x00280101', name: 'Bits Stored', vr: 'US' };
const HIGH_BIT: NumberAttribute = { tag: 'x00280102', name: 'High Bit', vr: 'US' };
const PIXEL_REPRESENTATION: NumberAttribute = { tag: 'x00280103', name: 'Pixel Representation', vr: 'US' };

/** Rows and columns; null if the header lacks them. */
export function readSize(
  dataSet: DataSet,
  notes: Notes,
): { readonly rows: number | null; readonly columns: number | null } {
  return {
    rows: readNumber(dataSet, ROWS, notes) ?? null,
    columns: readNumber(dataSet, COLUMNS, notes) ?? null,
  };
}

function readDeclaredFrames(dataSet: DataSet, notes: Notes): number | null {
  const frames = readNumber(dataSet, NUMBER_OF_FRAMES, notes);
  if (frames !== undefined && frames < 1) notes.add('Number of Frames is below 1 and is ignored.');
  return frames === undefined || frames < 1 ? null : frames;
}

/** Terms of Photometric Interpretation (PS3.3, C.7.6.3.1.2), including retired ones. */
const PHOTOMETRIC_INTERPRETATIONS = [
  'MONOCHROME1',
  'MONOCHROME2',
  'PALETTE COLOR',
  'RGB',
  'YBR_FULL',
  'YBR_FULL_422',
  'YBR_PARTIAL_422',
  'YBR_PARTIAL_420',
  'YBR_ICT',
  'YBR_RCT',
];

/** Reads the term in capitals, tolerating extra or missing blanks, underscores and hyphens. */
function readPhotometricInterpretation(dataSet: DataSet, notes: Notes): string {
  const written = (readText(dataSet, 'x00280004') ?? '').toUpperCase();
  const letters = (text: string) => text.replace(/[\s_-]/g, '');
  const meant = PHOTOMETRIC_INTERPRETATIONS.find((one) => letters(one) === letters(written)) ?? written;
  if (meant !== written) notes.add(`Photometric Interpretation is not a DICOM term; ${meant} is used.`);
  return meant;
}

/**
 * @throws FoveaError `not_dicom_image` (no image: a report, a plan), `damaged` (contradictory values),
 * `unsupported_image`, `too_large`.
 */
export function readImageAttributes(dataSet: DataSet, notes: Notes = new Set()): ImageAttributes {
  const { rows, columns } = readSize(dataSet, notes);
  const allocated = readNumber(dataSet, BITS_ALLOCATED, notes);
  if (rows === null || columns === null || allocated === undefined) {
    throw new FoveaError('not_dicom_image', 'The DICOM file does not describe an image (no rows, columns or bits).', {
      hint: 'Reports, plans and waveforms contain no image to learn from.',
    });
  }
  if (![rows, columns].every((size) => Number.isInteger(size) && size >= 0)) {
    throw damaged('The rows or columns of the DICOM image are not whole numbers.');
  }
  if (rows === 0 || columns === 0) throw damaged('The DICOM image has no rows or no columns.');
  if (rows * columns > MAX_PIXELS) {
    throw new FoveaError('too_large', `The image has ${rows} x ${columns} pixels, which exceeds Fovea’s limit.`);
  }
  const samples = readNumber(dataSet, SAMPLES_PER_PIXEL, notes) ?? 1;
  if (samples !== 1 && samples !== 3) throw unsupportedImage(`The image has ${samples} channels; Fovea reads 1 or 3.`);
  const float = dataSet.elements['x7fe00008'] !== undefined || dataSet.elements['x7fe00009'] !== undefined;
  if (allocated !== 1 && allocated !== 8 && allocated !== 16 && allocated !== 32 && !(allocated === 64 && float)) {
    throw unsupportedImage(`The image has ${allocated} bits allocated per value; Fovea reads 1, 8, 16 and 32.`);
  }
  const bitsStored = readNumber(dataSet, BITS_STORED, notes) ?? allocated;
  const highBit = readNumber(dataSet, HIGH_BIT, notes) ?? bitsStored - 1;
  const declaredFrames = readDeclaredFrames(dataSet, notes);
  if (bitsStored < 1 || bitsStored > allocated || highBit >= allocated || highBit < bitsStored - 1) {
    throw damaged(`The DICOM image is inconsistent: ${bitsStored} bits stored of ${allocated}, high bit ${highBit}.`);
  }
  return {
    rows,
    columns,
    samples,
    bitsAllocated: allocated,
    bitsStored,
    highBit,
    signed: readNumber(dataSet, PIXEL_REPRESENTATION, notes) === 1,
    planar: samples === 3 && readNumber(dataSet, PLANAR_CONFIGURATION, notes) === 1,
    declaredFrames,
    frames: declaredFrames ?? 1,
    photometricInterpretation: readPhotometricInterpretation(dataSet, notes),
    float,
  };
}
