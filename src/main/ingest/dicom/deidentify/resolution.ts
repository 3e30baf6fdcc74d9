import type { ProfileAction } from './profile-table';

/** How an element is treated. */
export type Treatment =
  /** Removed. */
  | 'remove'
  /** No value; a sequence has no items. */
  | 'empty'
  /** A dummy value of the same representation; a sequence keeps its items with dummy values throughout. */
  | 'dummy'
  /** A new UID by keyed hash. */
  | 'uid'
  /** Shifted by the patient's secret number of days. */
  | 'shift'
  /** Kept; a sequence is processed element by element. */
  | 'keep';

/**
 * The table leaves a choice where an attribute may be required (type 1), required but empty (type 2) or optional (type
 * 3) in its IOD. Fovea does not look up the IOD but makes the choice that is valid for every type that the row allows,
 * so that a required attribute never goes missing. No choice keeps any of the original value, so this reveals only that
 * an optional attribute was present.
 */
const resolutions: Readonly<Record<ProfileAction, Treatment>> = {
  X: 'remove',
  Z: 'empty',
  D: 'dummy',
  U: 'uid',
  'X/Z': 'empty',
  'X/D': 'dummy',
  'Z/D': 'dummy',
  'X/Z/D': 'dummy',
  // Sequences of references: kept, with new UIDs, so that they still refer to files of the same export.
  'X/Z/U*': 'keep',
};

export const resolve = (action: ProfileAction): Treatment => resolutions[action];

/**
 * Dates of birthTags are never shifted: PS3.15 has no option for it, because a shifted date of birthTags still reveals the age.
 */
const birthTags = new Set(['x00100030', 'x00100032']);

/** UIDs of classes and coding schemes identify a kind, not an individual object. */
const classUids = new Set(['x00080016', 'x0008001a', 'x0008001b', 'x00081150', 'x0008010c', 'x00080117', 'x00080118']);

export interface ElementFacts {
  /** In dicom-parser's form ("x00100020"). */
  readonly tag: string;
  /** By the dictionary, so that a wrong one in the file has no effect. */
  readonly vr: string;
  readonly action: ProfileAction | null;
  /** Inside a sequence whose values are all dummies. */
  readonly strict: boolean;
}

/**
 * Chooses the treatment of an element. Attributes outside the table are kept, as it prescribes, except those whose
 * representation exists to hold a name, a date, a network location or free text: these are emptied, which exceeds the
 * profile.
 */
export function treatmentOf({ tag, vr, action, strict }: ElementFacts, dates: 'remove' | 'shift'): Treatment {
  if (vr === 'UI' && action !== 'X') return classUids.has(tag) ? 'keep' : 'uid';
  if (action !== 'X' && strict) return vr === 'SQ' ? 'keep' : 'dummy';
  const isDate = vr === 'DA' || vr === 'TM' || vr === 'DT';
  if (isDate && dates === 'shift' && !birthTags.has(tag)) return 'shift';
  if (action !== null) return resolve(action);
  if (isDate || vr === 'PN' || vr === 'AE' || vr === 'LT' || vr === 'ST' || vr === 'UT') return 'empty';
  return vr === 'UR' ? 'remove' : 'keep';
}
