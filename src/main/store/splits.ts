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
  /** Whether near duplicates were kept together. */
  readonly keepDuplicates: boolean;
}

export function currentSplit(store: ProjectStore): StoredSplit | null {
  const row = store.get<
    Omit<StoredSplit, 'warnings' | 'keepDuplicates'> & { warnings: string; keep_duplicates: number }
  >(
    `SELECT id, seed, grouping, validation, test, created_at, warnings, keep_duplicates FROM splits
     WHERE is_current = 1`,
  );
  if (row === undefined) return null;
  const { warnings, keep_duplicates, ...rest } = row;
  return { ...rest, warnings: JSON.parse(warnings) as string[], keepDuplicates: keep_duplicates === 1 };
}

/** Stores a split with its members and makes it the current one. */
export function addSplit(
  store: ProjectStore,
  split: Omit<StoredSplit, 'id' | 'created_at' | 'keepDuplicates'> & { readonly keepDuplicates?: boolean },
  members: ReadonlyMap<number, SplitPart>,
): number {
  return store.transaction(() => {
    store.run('UPDATE splits SET is_current = 0 WHERE is_current = 1');
    const { id } = store.run(
      `INSERT INTO splits (seed, grouping, validation, test, created_at, warnings, keep_duplicates, is_current)
       VALUES (?, ?, ?, ?, ?, ?, ?, 1)`,
      split.seed,
      split.grouping,
      split.validation,
      split.test,
      new Date().toISOString(),
      JSON.stringify(split.warnings),
      split.keepDuplicates === true ? 1 : 0,
    );
    store.run(
      `INSERT INTO split_members (split_id, image_id, part) SELECT ?, value ->> 0, value ->> 1 FROM json_each(?)`,
      id,
      JSON.stringify([...members]),
    );
    store.run(
      `UPDATE images SET split = (SELECT part FROM split_members WHERE split_id = ?1 AND image_id = images.id)
       WHERE split IS NOT (SELECT part FROM split_members WHERE split_id = ?1 AND image_id = images.id)`,
      id,
    );
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

/** Ordered by content: the same however the files came in. */
export function splitCandidates(store: ProjectStore): SplitCandidate[] {
  return store
    .json<[number, number, number | null, SplitPart | null, SplitPart | null][]>(
      `SELECT json_group_array(json_array(id, label_id, patient_id, given_split, split)) FROM (
         SELECT id, label_id, patient_id, given_split, split FROM images
         WHERE removed_at IS NULL AND label_id IS NOT NULL ORDER BY hash, frame)`,
    )
    .map(([id, label, patient, given, part]) => ({ id, label, patient, given, part }));
}

export interface PartMember {
  readonly id: number;
  readonly hash: string;
  readonly frame: number;
  readonly label: string;
  readonly patient: number | null;
}

/** Labelled images of a part, by content: the same order however the files came in. */
export function partMembers(store: ProjectStore, part: SplitPart): PartMember[] {
  return store
    .json<[number, string, number, string, number | null][]>(
      `SELECT json_group_array(json_array(id, hash, frame, name, patient_id)) FROM (
         SELECT images.id, hash, frame, classes.name, patient_id FROM images JOIN classes ON classes.id = images.label_id
         WHERE removed_at IS NULL AND split = ? ORDER BY hash, frame)`,
      part,
    )
    .map(([id, hash, frame, label, patient]) => ({ id, hash, frame, label, patient }));
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
