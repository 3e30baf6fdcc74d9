import type { ProfileAction } from './profile-table';

/** What is done with one element. */
export type Treatment =
  /** Left out. */
  | 'remove'
  /** No value; a sequence has no items. */
  | 'empty'
  /** A value that says nothing, of the same value representation; a sequence keeps its items, all of it dummies. */
  | 'dummy'
  /** A new UID by keyed hash. */
  | 'uid'
  /** Moved by the patient's secret number of days. */
  | 'shift'
  /** As it is; a sequence is gone through element by element. */
  | 'keep';

/**
 * The table leaves a choice where an attribute may be required (type 1), required but empty (type 2) or optional (type
 * 3) in its IOD. Fovea does not look up the IOD: it takes the choice that is valid for every type that the row allows,
 * so that a required attribute never goes missing. None of the choices keeps anything of the original value, so this
 * gives nothing away but that an optional attribute was there.
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
  // Sequences of references: kept, with new UIDs, so that they still point to the files of the same export.
  'X/Z/U*': 'keep',
};

export const resolve = (action: ProfileAction): Treatment => resolutions[action];

/** Birth is never shifted: PS3.15 gives it no option, because a shifted date of birth still gives the age. */
const birth = new Set(['x00100030', 'x00100032']);

/** UIDs of classes and coding schemes name a kind of thing and not a thing. */
const kindUids = new Set(['x00080016', 'x0008001a', 'x0008001b', 'x00081150', 'x0008010c', 'x00080117', 'x00080118']);

export interface ElementFacts {
  /** As dicom-parser writes it ("x00100020"). */
  readonly tag: string;
  /** By the dictionary, so that a wrong one in the file changes nothing. */
  readonly vr: string;
  readonly action: ProfileAction | null;
  /** Inside a sequence that is a dummy as a whole. */
  readonly strict: boolean;
}

/**
 * Attributes that the table does not name are kept, as it says, but for the representations that exist to hold a name,
 * a date, a place on a network or free writing: those are emptied, which is more than the profile asks.
 */
export function treatmentOf({ tag, vr, action, strict }: ElementFacts, dates: 'remove' | 'shift'): Treatment {
  if (vr === 'UI' && action !== 'X') return kindUids.has(tag) ? 'keep' : 'uid';
  if (action !== 'X' && strict) return vr === 'SQ' ? 'keep' : 'dummy';
  const isDate = vr === 'DA' || vr === 'TM' || vr === 'DT';
  if (isDate && dates === 'shift' && !birth.has(tag)) return 'shift';
  if (action !== null) return resolve(action);
  if (isDate || vr === 'PN' || vr === 'AE' || vr === 'LT' || vr === 'ST' || vr === 'UT') return 'empty';
  return vr === 'UR' ? 'remove' : 'keep';
}
