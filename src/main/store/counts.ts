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

/** Images of one patient, class and part; null: none. Not more rows than patients, unless they are in several. */
export interface ImageGroup {
  readonly patient: number | null;
  readonly label: number | null;
  readonly part: SplitPart | null;
  readonly images: number;
}

/**
 * What every count by patient, class and part is made from: one pass over an index, in its order, so that 100,000
 * images are counted without sorting and without a row object each.
 */
export function imageGroups(store: ProjectStore): ImageGroup[] {
  return store
    .json<[number | null, number | null, SplitPart | null, number][]>(
      `SELECT json_group_array(json_array(patient_id, label_id, split, n)) FROM (
         SELECT patient_id, label_id, split, count(*) AS n FROM images INDEXED BY images_groups
         WHERE removed_at IS NULL GROUP BY patient_id, label_id, split)`,
    )
    .map(([patient, label, part, images]) => ({ patient, label, part, images }));
}

export function datasetCounts(store: ProjectStore, groups: readonly ImageGroup[] = imageGroups(store)): DatasetCounts {
  const tally = (column: 'kind' | 'modality'): Record<string, number> =>
    Object.fromEntries(
      store
        .all<{ name: string; n: number }>(
          `SELECT ${column} AS name, count(*) AS n FROM images
           WHERE removed_at IS NULL AND ${column} IS NOT NULL GROUP BY ${column}`,
        )
        .map((row) => [row.name, row.n]),
    );
  const sum = (of: readonly ImageGroup[]) => of.reduce((total, group) => total + group.images, 0);
  return {
    images: sum(groups),
    unlabelled: sum(groups.filter((group) => group.label === null)),
    withoutPatient: sum(groups.filter((group) => group.patient === null)),
    patients: new Set(groups.flatMap((group) => group.patient ?? [])).size,
    studies: store.column<number>('SELECT count(DISTINCT study_id) FROM images WHERE removed_at IS NULL')[0] ?? 0,
    kinds: tally('kind'),
    modalities: tally('modality'),
  };
}

export function imageCount(store: ProjectStore): number {
  return store.column<number>('SELECT count(*) FROM images INDEXED BY images_kind WHERE removed_at IS NULL')[0] ?? 0;
}

/** Images whose file is a PNG of 16 bits. */
export function widePngCount(store: ProjectStore): number {
  const sql = `SELECT count(*) FROM images WHERE kind = 'png' AND bits_stored > 8 AND removed_at IS NULL`;
  return store.column<number>(sql)[0] ?? 0;
}

/** Numbers of the classes that have images. */
export function usedClasses(store: ProjectStore): Set<number> {
  return new Set(
    store.column<number>(
      `SELECT id FROM classes WHERE EXISTS
         (SELECT 1 FROM images WHERE removed_at IS NULL AND label_id = classes.id)`,
    ),
  );
}

export interface ClassCounts {
  readonly images: number;
  /** Known patients. */
  readonly patients: number;
  readonly withoutPatient: number;
  /** Images in no part of the current split. */
  readonly outside: number;
  readonly parts: Readonly<Record<SplitPart, number>>;
}

/** By class number, for classes that have images. */
export function classCounts(groups: readonly ImageGroup[]): Map<number, ClassCounts> {
  const counts = new Map<
    number,
    { images: number; patients: Set<number>; withoutPatient: number; outside: number; parts: Record<SplitPart, number> }
  >();
  for (const { label, patient, part, images } of groups) {
    if (label === null) continue;
    const entry = counts.get(label) ?? {
      images: 0,
      patients: new Set(),
      withoutPatient: 0,
      outside: 0,
      parts: { train: 0, validation: 0, test: 0 },
    };
    counts.set(label, entry);
    entry.images += images;
    if (patient === null) entry.withoutPatient += images;
    else entry.patients.add(patient);
    if (part === null) entry.outside += images;
    else entry.parts[part] += images;
  }
  return new Map([...counts].map(([label, entry]) => [label, { ...entry, patients: entry.patients.size }]));
}

/** Patients a part (an image without a patient counts as one), and patients that are in more than one part. */
export function partPatients(groups: readonly ImageGroup[]): {
  readonly patients: Record<SplitPart, number>;
  readonly across: number;
} {
  const alone: Record<SplitPart, number> = { train: 0, validation: 0, test: 0 };
  const known: Record<SplitPart, Set<number>> = { train: new Set(), validation: new Set(), test: new Set() };
  for (const { patient, part, images } of groups) {
    if (part === null) continue;
    if (patient === null) alone[part] += images;
    else known[part].add(patient);
  }
  const everyone = new Set([...known.train, ...known.validation, ...known.test]);
  const several = [...everyone].filter(
    (patient) => [known.train, known.validation, known.test].filter((part) => part.has(patient)).length > 1,
  );
  return {
    patients: {
      train: alone.train + known.train.size,
      validation: alone.validation + known.validation.size,
      test: alone.test + known.test.size,
    },
    across: several.length,
  };
}
