import type { SplitName } from '#shared/models/dataset';

/** One reader's class for an image. */
export interface TableReading {
  readonly reader: string;
  readonly label: string;
}

/**
 * All rows of a table about one image, or about the images of one identifier. Everything but the path or key may be
 * missing.
 */
export interface TableEntry {
  /** Empty if the table has no paths. */
  readonly path: string;
  /** Identifier of its images in a table without paths, as written in its first row; see `LabelTable.by`. */
  readonly key: string;
  /** Study date, YYYYMMDD, in a table by patient with dates. */
  readonly date: string | null;
  /** Line number of its first row; the headers are line 1. */
  readonly line: number;
  /** Label of the rows without a reader; null if they disagree. */
  readonly label: string | null;
  /** One per reader, in the order of the table. */
  readonly readings: readonly TableReading[];
  readonly patient: string | null;
  /** Its patient cell is empty below one with a patient, possibly within a merged cell. */
  readonly patientAbove: boolean;
  readonly study: string | null;
  readonly site: string | null;
  readonly split: SplitName | null;
  readonly sex: string | null;
  /** Years. */
  readonly age: number | null;
  /** All classes that its rows name, with or without a reader, even if they disagree. */
  readonly named: readonly string[];
  /** Number of rows. */
  readonly rows: number;
}
