import type { SplitPart } from '#shared/models/dataset';
import type { ProjectStore } from './open';

export type SplitGrouping = 'patient' | 'none' | 'folders';

export interface StoredSplit {
  readonly id: number;
  readonly seed: number;
  readonly grouping: SplitGrouping;
  readonly validation: number;
  readonly test: number;
  readonly created_at: string;
  readonly warnings: readonly string[];
}

export function currentSplit(store: ProjectStore): StoredSplit | null {
  const row = store.get<Omit<StoredSplit, 'warnings'> & { warnings: string }>(
    'SELECT id, seed, grouping, validation, test, created_at, warnings FROM splits WHERE is_current = 1',
  );
  return row === undefined ? null : { ...row, warnings: JSON.parse(row.warnings) as string[] };
}

/** Stores a split with its members and makes it the current one. */
export function addSplit(
  store: ProjectStore,
  split: Omit<StoredSplit, 'id' | 'created_at'>,
  members: ReadonlyMap<number, SplitPart>,
): number {
  return store.transaction(() => {
    store.run('UPDATE splits SET is_current = 0 WHERE is_current = 1');
    store.run('UPDATE images SET split = NULL WHERE split IS NOT NULL');
    const { id } = store.run(
      `INSERT INTO splits (seed, grouping, validation, test, created_at, warnings, is_current)
       VALUES (?, ?, ?, ?, ?, ?, 1)`,
      split.seed,
      split.grouping,
      split.validation,
      split.test,
      new Date().toISOString(),
      JSON.stringify(split.warnings),
    );
    for (const [image, part] of members) setMember(store, id, image, part);
    return id;
  });
}

/** Puts an image into a part of the current split (null takes it out). */
export function setMember(store: ProjectStore, split: number, image: number, part: SplitPart | null): void {
  if (part === null) {
    store.run('DELETE FROM split_members WHERE split_id = ? AND image_id = ?', split, image);
  } else {
    store.run(
      `INSERT INTO split_members (split_id, image_id, part) VALUES (?, ?, ?)
       ON CONFLICT (split_id, image_id) DO UPDATE SET part = excluded.part`,
      split,
      image,
      part,
    );
  }
  store.run('UPDATE images SET split = ? WHERE id = ?', part, image);
}

/** What a split is made from: images with a label, with what groups them. */
export interface SplitCandidate {
  readonly id: number;
  readonly label: number;
  readonly patient: number | null;
  readonly given: SplitPart | null;
  readonly part: SplitPart | null;
}

export function splitCandidates(store: ProjectStore): SplitCandidate[] {
  return store.all(
    `SELECT id, label_id AS label, patient_id AS patient, given_split AS given, split AS part FROM images
     WHERE removed_at IS NULL AND label_id IS NOT NULL ORDER BY hash, frame`,
  );
}

/** Patients of the current split a part; images without a patient count one each. */
export function partPatients(store: ProjectStore): { readonly part: SplitPart; readonly patients: number }[] {
  return store.all(
    `SELECT split AS part, count(DISTINCT patient_id) + count(*) - count(patient_id) AS patients FROM images
     WHERE removed_at IS NULL AND split IS NOT NULL GROUP BY split`,
  );
}

/** Patients with images in more than one part of the current split. */
export function patientsAcrossParts(store: ProjectStore): number {
  return (
    store.column<number>(
      `SELECT count(*) FROM (SELECT patient_id FROM images
         WHERE removed_at IS NULL AND split IS NOT NULL AND patient_id IS NOT NULL
         GROUP BY patient_id HAVING min(split) <> max(split))`,
    )[0] ?? 0
  );
}

export interface PartMember {
  readonly id: number;
  readonly hash: string;
  readonly label: string;
  readonly patient: number | null;
}

/** Labelled images of a part, by content: the same order however the files came in. */
export function partMembers(store: ProjectStore, part: SplitPart): PartMember[] {
  return store.all(
    `SELECT images.id, hash, classes.name AS label, patient_id AS patient
     FROM images JOIN classes ON classes.id = images.label_id
     WHERE removed_at IS NULL AND split = ? ORDER BY hash, frame`,
    part,
  );
}

/** Part of each image among `ids` in the current split. */
export function currentParts(
  store: ProjectStore,
  ids: readonly number[],
): { readonly id: number; readonly part: SplitPart | null }[] {
  return store.all(
    `SELECT id, split AS part FROM images WHERE removed_at IS NULL AND id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(ids),
  );
}

/** What a split can know of a class: `groups` are patients, and one for each image without. */
export interface SplitClassFigures {
  readonly label: string;
  readonly images: number;
  readonly groups: number;
  readonly withoutPatient: number;
  /** Images in no part of the current split. */
  readonly outside: number;
}

export function splitClassFigures(store: ProjectStore): SplitClassFigures[] {
  return store.all(
    `SELECT classes.name AS label, count(*) AS images,
       count(DISTINCT patient_id) + count(*) - count(patient_id) AS groups,
       count(*) - count(patient_id) AS withoutPatient, count(*) - count(split) AS outside
     FROM images JOIN classes ON classes.id = images.label_id
     WHERE removed_at IS NULL GROUP BY label_id`,
  );
}
