import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { SplitName } from '#shared/models/dataset';
import { type HeldOut, heldOutSchema } from '#shared/models/held-out';
import { type KnownLeaks, knownLeaksSchema } from '#shared/models/known-leaks';
import { signOffSchema } from '#shared/models/sign-off';
import type { ProjectStore } from './open';

export type SplitGroup = 'patient' | 'none' | 'folders';

export interface StoredSplit {
  readonly id: number;
  readonly seed: number;
  readonly grouping: SplitGroup;
  readonly validation: number;
  readonly test: number;
  readonly created_at: string;
  readonly warnings: readonly string[];
  /** Whether near duplicates were kept together. */
  readonly keepDuplicates: boolean;
  /** What the test split is held out by; `test` is then 0, and `validation` a share of the other images. */
  readonly heldOut: HeldOut | null;
  readonly signOff: StoredSignOff | null;
  /** Leaks known when it was created; null in projects of older versions. */
  readonly leaks: KnownLeaks | null;
}

/** Includes a hash of the splits that it was given for. */
const storedSignOffSchema = signOffSchema.extend({ members: z.string() });
export type StoredSignOff = z.infer<typeof storedSignOffSchema>;

type SplitRow = Pick<StoredSplit, 'id' | 'seed' | 'grouping' | 'validation' | 'test' | 'created_at'> & {
  readonly warnings: string;
  readonly keep_duplicates: number;
  readonly held_out: string | null;
  readonly sign_off: string | null;
  readonly leaks: string | null;
};

export function currentSplit(store: ProjectStore): StoredSplit | null {
  const row = store.get<SplitRow>(
    `SELECT id, seed, grouping, validation, test, created_at, warnings, keep_duplicates, held_out, sign_off, leaks
     FROM splits
     WHERE is_current = 1`,
  );
  if (row === undefined) return null;
  const { warnings, keep_duplicates, held_out, sign_off, leaks, ...rest } = row;
  return {
    ...rest,
    warnings: JSON.parse(warnings) as string[],
    keepDuplicates: keep_duplicates === 1,
    heldOut: held_out === null ? null : heldOutSchema.parse(JSON.parse(held_out)),
    signOff: sign_off === null ? null : storedSignOffSchema.parse(JSON.parse(sign_off)),
    leaks: leaks === null ? null : knownLeaksSchema.parse(JSON.parse(leaks)),
  };
}

/** SHA-256 of the assignment of images to splits. */
export function hashMembers(store: ProjectStore, split: number): string {
  const members = store.column<string>(
    `SELECT json_group_array(json_array(image_id, part)) FROM
       (SELECT image_id, part FROM split_members WHERE split_id = ? ORDER BY image_id)`,
    split,
  );
  return createHash('sha256')
    .update(members[0] ?? '')
    .digest('hex');
}

export function setSignOff(store: ProjectStore, split: number, signOff: StoredSignOff | null): void {
  store.run('UPDATE splits SET sign_off = ? WHERE id = ?', signOff === null ? null : JSON.stringify(signOff), split);
}

/** Stores the leaks known when the split was created. */
export function setLeaks(store: ProjectStore, split: number, leaks: KnownLeaks): void {
  store.run('UPDATE splits SET leaks = ? WHERE id = ?', JSON.stringify(leaks), split);
}

/** Stores a split with its members and makes it the current one. */
export function addSplit(
  store: ProjectStore,
  split: Omit<StoredSplit, 'id' | 'created_at' | 'keepDuplicates' | 'heldOut' | 'signOff' | 'leaks'> & {
    readonly keepDuplicates?: boolean;
    readonly heldOut?: HeldOut | null;
  },
  members: ReadonlyMap<number, SplitName>,
): number {
  return store.transaction(() => {
    store.run('UPDATE splits SET is_current = 0 WHERE is_current = 1');
    const { id } = store.run(
      `INSERT INTO splits (seed, grouping, validation, test, created_at, warnings, keep_duplicates, held_out, is_current)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)`,
      split.seed,
      split.grouping,
      split.validation,
      split.test,
      new Date().toISOString(),
      JSON.stringify(split.warnings),
      split.keepDuplicates === true ? 1 : 0,
      split.heldOut === undefined || split.heldOut === null ? null : JSON.stringify(split.heldOut),
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

/** Assigns an image to a split of the current division (null removes it). */
export function setMember(store: ProjectStore, split: number, image: number, name: SplitName | null): void {
  if (name === null) {
    store.run('DELETE FROM split_members WHERE split_id = ? AND image_id = ?', split, image);
  } else {
    store.run(
      `INSERT INTO split_members (split_id, image_id, part) VALUES (?, ?, ?)
       ON CONFLICT (split_id, image_id) DO UPDATE SET part = excluded.part`,
      split,
      image,
      name,
    );
  }
  store.run('UPDATE images SET split = ? WHERE id = ?', name, image);
}

/** Input of a new split: an image with a label, and what groups it with others. */
export interface SplitCandidate {
  readonly id: number;
  readonly label: number;
  readonly patient: number | null;
  readonly study: number | null;
  readonly given: SplitName | null;
  readonly split: SplitName | null;
}

/** Ordered by content, independent of the order of import. */
export function splitCandidates(store: ProjectStore): SplitCandidate[] {
  return store
    .json<[number, number, number | null, number | null, SplitName | null, SplitName | null][]>(
      `SELECT json_group_array(json_array(id, label_id, patient_id, study_id, given_split, split)) FROM (
         SELECT id, label_id, patient_id, study_id, given_split, split FROM images
         WHERE removed_at IS NULL AND label_id IS NOT NULL ORDER BY hash, frame)`,
    )
    .map(([id, label, patient, study, given, split]) => ({ id, label, patient, study, given, split }));
}

export interface SplitMember {
  readonly id: number;
  readonly hash: string;
  readonly frame: number;
  readonly label: string;
  readonly patient: number | null;
}

/** Labelled images of a split by content, independent of the order of import. */
export function splitMembers(store: ProjectStore, split: SplitName): SplitMember[] {
  return store
    .json<[number, string, number, string, number | null][]>(
      `SELECT json_group_array(json_array(id, hash, frame, name, patient_id)) FROM (
         SELECT images.id, hash, frame, classes.name, patient_id FROM images JOIN classes ON classes.id = images.label_id
         WHERE removed_at IS NULL AND split = ? ORDER BY hash, frame)`,
      split,
    )
    .map(([id, hash, frame, label, patient]) => ({ id, hash, frame, label, patient }));
}

/** All labelled images, in or out of the split, by content. */
export function labelledMembers(store: ProjectStore): SplitMember[] {
  return store
    .json<[number, string, number, string, number | null][]>(
      `SELECT json_group_array(json_array(id, hash, frame, name, patient_id)) FROM (
         SELECT images.id, hash, frame, classes.name, patient_id FROM images JOIN classes ON classes.id = images.label_id
         WHERE removed_at IS NULL ORDER BY hash, frame)`,
    )
    .map(([id, hash, frame, label, patient]) => ({ id, hash, frame, label, patient }));
}

/** Current split of each image among `ids`. */
export function currentSplits(
  store: ProjectStore,
  ids: readonly number[],
): { readonly id: number; readonly split: SplitName | null }[] {
  return store.all(
    `SELECT id, split FROM images WHERE removed_at IS NULL AND id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(ids),
  );
}
