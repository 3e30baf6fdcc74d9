import type { ValueCount } from '#shared/models/dataset-report';
import type { ProjectStore } from './open';

/** Images by the value of an SQL expression, most frequent first. Null counts as “not known”. */
export function countBy(store: ProjectStore, expression: string): ValueCount[] {
  return store.all<{ value: string; images: number }>(
    `SELECT coalesce(CAST(${expression} AS TEXT), 'not known') AS value, count(*) AS images FROM images
     WHERE removed_at IS NULL GROUP BY value ORDER BY images DESC, value`,
  );
}

/** Images by flag; one image may have several. */
export function countFlags(store: ProjectStore): ValueCount[] {
  return store.all<{ value: string; images: number }>(
    `SELECT flag.value AS value, count(*) AS images FROM images, json_each(images.flags) AS flag
     WHERE removed_at IS NULL GROUP BY flag.value ORDER BY images DESC, flag.value`,
  );
}

export interface SizeCount {
  readonly width: number;
  readonly height: number;
  readonly images: number;
}

/** Most frequent first. */
export function countSizes(store: ProjectStore): SizeCount[] {
  return store.all<{ width: number; height: number; images: number }>(
    `SELECT width, height, count(*) AS images FROM images WHERE removed_at IS NULL
     GROUP BY width, height ORDER BY images DESC, width, height`,
  );
}

/** Number of known patients by their number of images. */
export function countImagesPerPatient(store: ProjectStore): { readonly images: number; readonly patients: number }[] {
  return store.all<{ images: number; patients: number }>(
    `SELECT images, count(*) AS patients FROM (SELECT count(*) AS images FROM images INDEXED BY images_groups
       WHERE removed_at IS NULL AND patient_id IN (SELECT id FROM patients WHERE origin <> 'file') GROUP BY patient_id)
     GROUP BY images ORDER BY images`,
  );
}

export interface ImportRecord {
  readonly id: number;
  readonly started_at: string;
  readonly state: string;
  readonly result: string | null;
}

/** Oldest first. */
export const importRecords = (store: ProjectStore): ImportRecord[] =>
  store.all<{ id: number; started_at: string; state: string; result: string | null }>(
    'SELECT id, started_at, state, result FROM imports ORDER BY id',
  );

export interface SkipCount {
  readonly import_id: number;
  readonly code: string;
  readonly files: number;
  /** The message of one of the files. */
  readonly message: string;
}

export const skipCounts = (store: ProjectStore): SkipCount[] =>
  store.all<{ import_id: number; code: string; files: number; message: string }>(
    `SELECT import_id, code, count(*) AS files, min(message) AS message FROM import_skips
     GROUP BY import_id, code ORDER BY import_id, files DESC, code`,
  );
