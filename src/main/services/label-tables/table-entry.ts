import type { SplitName } from '#shared/models/dataset';

/** What one reader says of an image. */
export interface TableReading {
  readonly reader: string;
  readonly label: string;
}

/**
 * What a table says of one image, or of the images that one identifier names: all its rows together. Everything but
 * the path or the key may be missing.
 */
export interface TableEntry {
  /** Empty where the table has no paths. */
  readonly path: string;
  /** What names its images where the table has no paths, as it is written in its first row; see `LabelTable.by`. */
  readonly key: string;
  /** The day of the study, YYYYMMDD, in a table by patient that has dates. */
  readonly date: string | null;
  /** Line of its first row in the table, where the headers are line 1. */
  readonly line: number;
  /** Of rows without a reader; null where they do not agree. */
  readonly label: string | null;
  /** One a reader, in the order of the table. */
  readonly readings: readonly TableReading[];
  readonly patient: string | null;
  /** Its patient is empty, and a row above has one: a merged cell may go on here. */
  readonly patientAbove: boolean;
  readonly study: string | null;
  readonly site: string | null;
  readonly split: SplitName | null;
  readonly sex: string | null;
  /** Years. */
  readonly age: number | null;
  /** Every class that its rows name, with or without a reader, also where they do not agree. */
  readonly named: readonly string[];
  /** How many rows it is made of. */
  readonly rows: number;
}
