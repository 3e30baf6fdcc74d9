import type { SplitPart } from '#shared/models/dataset';
import type { ProjectStore } from './open';

/** Counts of a dataset, all over images that are not removed. */
export interface DatasetCounts {
  readonly images: number;
  readonly unlabelled: number;
  /** Images that no patient is known for. */
  readonly withoutPatient: number;
  readonly patients: number;
  readonly studies: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly modalities: Readonly<Record<string, number>>;
}

export function datasetCounts(store: ProjectStore): DatasetCounts {
  const count = (sql: string): number => store.column<number>(sql)[0] ?? 0;
  const groups = (column: 'kind' | 'modality'): Record<string, number> =>
    Object.fromEntries(
      store
        .all<{ name: string; n: number }>(
          `SELECT ${column} AS name, count(*) AS n FROM images
           WHERE removed_at IS NULL AND ${column} IS NOT NULL GROUP BY ${column}`,
        )
        .map((row) => [row.name, row.n]),
    );
  return {
    images: imageCount(store),
    unlabelled: count('SELECT count(*) FROM images WHERE removed_at IS NULL AND label_id IS NULL'),
    withoutPatient: count('SELECT count(*) FROM images WHERE removed_at IS NULL AND patient_id IS NULL'),
    patients: count('SELECT count(DISTINCT patient_id) FROM images WHERE removed_at IS NULL'),
    studies: count('SELECT count(DISTINCT study_id) FROM images WHERE removed_at IS NULL'),
    kinds: groups('kind'),
    modalities: groups('modality'),
  };
}

export function imageCount(store: ProjectStore): number {
  return store.column<number>('SELECT count(*) FROM images WHERE removed_at IS NULL')[0] ?? 0;
}

/** Images and patients a class, for classes that have images. */
export function classCounts(
  store: ProjectStore,
): { readonly id: number; readonly images: number; readonly patients: number }[] {
  return store.all(
    `SELECT label_id AS id, count(*) AS images, count(DISTINCT patient_id) AS patients FROM images
     WHERE removed_at IS NULL AND label_id IS NOT NULL GROUP BY label_id`,
  );
}

/** Images of the current split by part and class; images without a label have `label` null. */
export function partCounts(
  store: ProjectStore,
): { readonly part: SplitPart; readonly label: string | null; readonly images: number }[] {
  return store.all(
    `SELECT split AS part, classes.name AS label, count(*) AS images
     FROM images LEFT JOIN classes ON classes.id = images.label_id
     WHERE removed_at IS NULL AND split IS NOT NULL GROUP BY split, label_id`,
  );
}
