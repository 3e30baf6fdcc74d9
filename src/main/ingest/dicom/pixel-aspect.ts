import type { DataSet } from 'dicom-parser';
import { frameScopes } from './functional-groups';
import type { Notes } from './notes';
import { type NumberAttribute, readNumber, readNumbers } from './numbers/read-numbers';
import { tissueRegions } from './ultrasound-region';

const PIXEL_MEASURES_SEQUENCE = 'x00289110';

/** Row spacing, then column spacing: millimetres in different planes, so only their ratio is used. */
const spacings: readonly NumberAttribute[] = [
  { tag: 'x00280030', name: 'Pixel Spacing', vr: 'DS' },
  { tag: 'x00181164', name: 'Imager Pixel Spacing', vr: 'DS' },
  { tag: 'x00182010', name: 'Nominal Scanned Pixel Spacing', vr: 'DS' },
];
/** Vertical, then horizontal pixel size (PS3.3, C.7.6.3.1.7). */
const PIXEL_ASPECT_RATIO: NumberAttribute = { tag: 'x00280034', name: 'Pixel Aspect Ratio', vr: 'IS' };

const UNITS_X: NumberAttribute = { tag: 'x00186024', name: 'Physical Units X Direction', vr: 'US' };
const UNITS_Y: NumberAttribute = { tag: 'x00186026', name: 'Physical Units Y Direction', vr: 'US' };
const DELTA_X: NumberAttribute = { tag: 'x0018602c', name: 'Physical Delta X', vr: 'FD' };
const DELTA_Y: NumberAttribute = { tag: 'x0018602e', name: 'Physical Delta Y', vr: 'FD' };
const CENTIMETRES = 3;

/** A more elongated pixel is a writer's mistake: no scanner produces one. */
const MAX_ASPECT = 16;
/** Relative difference below which ratios are equal: they are written with few digits. */
const ASPECT_TOLERANCE = 0.01;

interface Source {
  readonly name: string;
  readonly aspect: number;
}

function fromPair(scope: DataSet, attribute: NumberAttribute, notes: Notes): Source[] {
  const [vertical, horizontal] = readNumbers(scope, attribute, notes);
  if (vertical === undefined) return [];
  const aspect = (vertical ?? 0) / (horizontal ?? 0);
  if (aspect >= 1 / MAX_ASPECT && aspect <= MAX_ASPECT) return [{ name: attribute.name, aspect }];
  notes.add(`${attribute.name} is not a valid pair of pixel sizes and is ignored.`);
  return [];
}

/** Pixel aspect of an ultrasound image's tissue, if all such regions agree (PS3.3, C.8.5.5). */
function fromRegions(dataSet: DataSet, notes: Notes): Source[] {
  const aspects = tissueRegions(dataSet, notes).flatMap((region) => {
    const units = [UNITS_X, UNITS_Y].map((attribute) => readNumber(region, attribute, notes));
    const width = Math.abs(readNumber(region, DELTA_X, notes) ?? 0);
    const height = Math.abs(readNumber(region, DELTA_Y, notes) ?? 0);
    const aspect = height / width;
    const usable = units.every((unit) => unit === CENTIMETRES) && aspect >= 1 / MAX_ASPECT && aspect <= MAX_ASPECT;
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
  return Math.abs(first / second - 1) < ASPECT_TOLERANCE;
}

/**
 * Pixel height divided by width: 2 if twice as tall as wide, 1 if square or unknown. Taken from the frame's spacing,
 * else from that of the detector or film, the calibration of an ultrasound image's tissue, or Pixel Aspect Ratio, which
 * files without the others use. Contradictory sources are noted.
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
