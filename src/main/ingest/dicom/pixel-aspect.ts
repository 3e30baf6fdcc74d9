import type { DataSet } from 'dicom-parser';
import { frameScopes } from './functional-groups';
import type { Notes } from './notes';
import { type NumberAttribute, readNumber, readNumbers } from './numbers/read-numbers';
import { tissueRegions } from './ultrasound-region';

const PIXEL_MEASURES_SEQUENCE = 'x00289110';

/** Distance of rows, then of columns: millimetres of whatever plane, so that only their ratio tells the shape. */
const spacings: readonly NumberAttribute[] = [
  { tag: 'x00280030', name: 'Pixel Spacing', vr: 'DS' },
  { tag: 'x00181164', name: 'Imager Pixel Spacing', vr: 'DS' },
  { tag: 'x00182010', name: 'Nominal Scanned Pixel Spacing', vr: 'DS' },
];
/** Vertical, then horizontal size of a pixel (PS3.3, C.7.6.3.1.7). */
const PIXEL_ASPECT_RATIO: NumberAttribute = { tag: 'x00280034', name: 'Pixel Aspect Ratio', vr: 'IS' };

const UNITS_X: NumberAttribute = { tag: 'x00186024', name: 'Physical Units X Direction', vr: 'US' };
const UNITS_Y: NumberAttribute = { tag: 'x00186026', name: 'Physical Units Y Direction', vr: 'US' };
const DELTA_X: NumberAttribute = { tag: 'x0018602c', name: 'Physical Delta X', vr: 'FD' };
const DELTA_Y: NumberAttribute = { tag: 'x0018602e', name: 'Physical Delta Y', vr: 'FD' };
const CENTIMETRES = 3;

/** A pixel that is longer than this many widths is a mistake of the writer: no scanner makes one. */
const LARGEST_ASPECT = 16;
/** Ratios that differ by less are one: they are written with few digits. */
const SAME = 0.01;

interface Source {
  readonly name: string;
  readonly aspect: number;
}

function fromPair(scope: DataSet, attribute: NumberAttribute, notes: Notes): Source[] {
  const [vertical, horizontal] = readNumbers(scope, attribute, notes);
  if (vertical === undefined) return [];
  const aspect = (vertical ?? 0) / (horizontal ?? 0);
  if (aspect >= 1 / LARGEST_ASPECT && aspect <= LARGEST_ASPECT) return [{ name: attribute.name, aspect }];
  notes.add(`${attribute.name} is not a valid pair of pixel sizes and is ignored.`);
  return [];
}

/** Of the tissue of an ultrasound picture, where all such regions are of one shape (PS3.3, C.8.5.5). */
function fromRegions(dataSet: DataSet, notes: Notes): Source[] {
  const aspects = tissueRegions(dataSet, notes).flatMap((region) => {
    const units = [UNITS_X, UNITS_Y].map((attribute) => readNumber(region, attribute, notes));
    const width = Math.abs(readNumber(region, DELTA_X, notes) ?? 0);
    const height = Math.abs(readNumber(region, DELTA_Y, notes) ?? 0);
    const aspect = height / width;
    const usable =
      units.every((unit) => unit === CENTIMETRES) && aspect >= 1 / LARGEST_ASPECT && aspect <= LARGEST_ASPECT;
    return usable ? [aspect] : [];
  });
  const [first] = aspects;
  if (first === undefined) return [];
  if (aspects.every((aspect) => isSame(aspect, first)))
    return [{ name: 'Sequence of Ultrasound Regions', aspect: first }];
  notes.add('The regions of the ultrasound image have different pixel aspect ratios, which are ignored.');
  return [];
}

function isSame(first: number, second: number): boolean {
  return Math.abs(first / second - 1) < SAME;
}

/**
 * Height of a pixel in widths: 2 where it is twice as tall as wide, 1 where it is square or the file does not say. By
 * the frame's spacing, else that of the detector or film, the calibration of an ultrasound picture's tissue, and Pixel
 * Aspect Ratio, which stands for those in files that have none of them. Sources that contradict each other are noted.
 */
export function readPixelAspect(dataSet: DataSet, frame: number, notes: Notes): number {
  const [ownSpacing = [], ...otherSpacings] = spacings.map((attribute, index) => {
    const scopes = index === 0 ? frameScopes(dataSet, frame, PIXEL_MEASURES_SEQUENCE) : [dataSet];
    return scopes.flatMap((scope) => fromPair(scope, attribute, notes)).slice(0, 1);
  });
  const sources = [
    ...ownSpacing,
    ...otherSpacings.flat(),
    ...fromRegions(dataSet, notes),
    ...fromPair(dataSet, PIXEL_ASPECT_RATIO, notes),
  ];
  const [first] = sources;
  if (first === undefined) return 1;
  if (sources.some(({ aspect }) => !isSame(aspect, first.aspect))) {
    notes.add(`The file gives different pixel aspect ratios; that of its ${first.name} is used.`);
  }
  return first.aspect;
}
