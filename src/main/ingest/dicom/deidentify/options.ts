/** De-identification options of one export. Keys are secrets in hex that never leave the machine. */
export interface DeidentifyOptions {
  readonly uidKey: string;
  /**
   * `remove`: dates are removed; `shift`: moved by a number of days specific to the patient, derived from `dateKey`.
   */
  readonly dates: 'remove' | 'shift';
  readonly dateKey: string;
  /** Replaces Patient ID and Patient's Name; null: both are left empty. */
  readonly pseudonym: string | null;
  /** SHA-256 of the file in hex, for values that must be unique where the file has no UID. */
  readonly hash: string;
  /** Fovea's version, for Implementation Version Name. */
  readonly version: string;
}

/** What was done to an element; one without a value is not counted if it stays empty. */
export type DeidentifyAction = 'removed' | 'emptied' | 'replaced' | 'new UID' | 'date shifted';

/** Number of times an action was applied to an attribute, over all nesting levels of a file. */
export interface ActionCount {
  /** "(0010,0020)"; `private`, `graphics` and `unknown` for attributes that no table lists. */
  readonly tag: string;
  readonly keyword: string;
  readonly action: DeidentifyAction;
  readonly count: number;
}
