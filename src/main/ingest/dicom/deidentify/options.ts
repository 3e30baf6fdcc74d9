/** How the files of one export are de-identified. Keys are secrets in hex that never leave the machine. */
export interface DeidentifyOptions {
  readonly uidKey: string;
  /** `remove`: dates go; `shift`: they move by a number of days of the patient's own, by `dateKey`. */
  readonly dates: 'remove' | 'shift';
  readonly dateKey: string;
  /** Stands in place of Patient ID and Patient's Name; null: both are empty. */
  readonly pseudonym: string | null;
  /** Of the file, for what has to be unique where the file has no UID. SHA-256, hex. */
  readonly hash: string;
  /** Fovea's, for Implementation Version Name. */
  readonly version: string;
}

/** What was done with an element; elements without a value are not counted where they stay so. */
export type DeidentifyAction = 'removed' | 'emptied' | 'replaced' | 'new UID' | 'date shifted';

/** How often something was done to an attribute, over all depths of a file. */
export interface ActionCount {
  /** "(0010,0020)"; `private`, `graphics` and `unknown` for attributes that no list names. */
  readonly tag: string;
  readonly keyword: string;
  readonly action: DeidentifyAction;
  readonly count: number;
}
