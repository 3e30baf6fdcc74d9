/** Counts of rows by kind, collected while a table is read. */
export interface TableFindings {
  rows: number;
  withoutPath: number;
  keysAbove: number;
  roundedKeys: number;
  roundedStudies: number;
  sexes: number;
  ages: number;
  dates: number;
  withoutLabel: number;
  unmarked: number;
  severalMarks: number;
  oddMarks: number;
  noLabel: number;
  noReader: number;
  /** Readers, not rows. */
  readerSpellings: number;
  readonly unknownSplits: Set<string>;
}

export const noFindings = (): TableFindings => ({
  rows: 0,
  withoutPath: 0,
  keysAbove: 0,
  roundedKeys: 0,
  roundedStudies: 0,
  sexes: 0,
  ages: 0,
  dates: 0,
  withoutLabel: 0,
  unmarked: 0,
  severalMarks: 0,
  oddMarks: 0,
  noLabel: 0,
  noReader: 0,
  readerSpellings: 0,
  unknownSplits: new Set(),
});
