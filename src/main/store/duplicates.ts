import { MEASURES_VERSION } from '#shared/imaging/measures-bytes';
import type { SplitName } from '#shared/models/dataset';
import type { ProjectStore } from './open';

/** The decoder's description of a canonical raster. */
export interface PictureFacts {
  /** Hash of its pixels: equal for files with the same picture. */
  readonly content: string;
  readonly descriptor: Uint8Array;
  readonly measures: Uint8Array;
}

/**
 * Stores the description of an image. Existing values are kept, except measures that are missing or of an older
 * version.
 */
export function addPicture(store: ProjectStore, image: number, { content, descriptor, measures }: PictureFacts): void {
  store.run(
    `INSERT INTO pictures (image_id, content, descriptor, measures) VALUES (?, ?, ?, ?)
     ON CONFLICT (image_id) DO UPDATE SET measures = excluded.measures WHERE measures IS NOT excluded.measures`,
    image,
    content,
    descriptor,
    measures,
  );
}

/**
 * Images of the dataset, with ids after `after` up to `last`, that lack a description or measures: those of an older
 * project.
 */
export function undescribedImages(
  store: ProjectStore,
  after = 0,
  last = Number.MAX_SAFE_INTEGER,
): { readonly id: number; readonly hash: string; readonly frame: number }[] {
  return store.all(
    `SELECT id, hash, frame FROM images LEFT JOIN pictures ON image_id = id
     WHERE id > ? AND id <= ? AND removed_at IS NULL AND (measures IS NULL OR substr(measures, 1, 1) <> ?) ORDER BY id`,
    after,
    last,
    Uint8Array.of(MEASURES_VERSION),
  );
}

/** The highest id of an image; 0 without images. */
export const lastImage = (store: ProjectStore): number =>
  store.column<number | null>('SELECT max(id) FROM images')[0] ?? 0;

export interface StoredPicture extends Omit<PictureFacts, 'measures'> {
  readonly image: number;
  /** Hash of the file that it is a frame of. */
  readonly file: string;
  readonly compared: boolean;
}

/** Pictures after image `after`, by image id, at most `limit`; includes removed images, as they may be restored. */
export function picturesAfter(store: ProjectStore, after: number, limit: number): StoredPicture[] {
  return store
    .all<{ image: number; file: string; content: string; descriptor: Uint8Array; compared: number }>(
      `SELECT image_id AS image, hash AS file, content, descriptor, compared
       FROM pictures JOIN images ON images.id = image_id WHERE image_id > ? ORDER BY image_id LIMIT ?`,
      after,
      limit,
    )
    .map((row) => ({ ...row, compared: row.compared === 1 }));
}

export function pendingPictureCount(store: ProjectStore): number {
  return store.column<number>('SELECT count(*) FROM pictures WHERE compared = 0')[0] ?? 0;
}

export interface FoundPair {
  readonly a: number;
  readonly b: number;
  readonly similarity: number;
  readonly exact: boolean;
  /**
   * For a pair found by a backbone's features: alignment of the pixels of one with the other. Null for pairs of
   * thumbnails.
   */
  readonly alignment?: string | null;
}

/** Stores pairs (existing ones keep their verdict) and marks these images as compared. */
export function storeComparisons(store: ProjectStore, pairs: readonly FoundPair[], compared: readonly number[]): void {
  store.transaction(() => {
    for (const { a, b, similarity, exact, alignment = null } of pairs) {
      store.run(
        `INSERT INTO duplicate_pairs (first, second, similarity, exact, by_features, alignment)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (first, second) DO NOTHING`,
        Math.min(a, b),
        Math.max(a, b),
        similarity,
        exact ? 1 : 0,
        alignment === null ? 0 : 1,
        alignment,
      );
    }
    store.run(
      'UPDATE pictures SET compared = 1 WHERE compared = 0 AND image_id IN (SELECT value FROM json_each(?))',
      JSON.stringify(compared),
    );
  });
}

export type DuplicateVerdict = 'keep' | 'different';

export interface DuplicatePair {
  readonly first: number;
  readonly second: number;
  readonly similarity: number;
  readonly exact: boolean;
  /** Found by a backbone's features and confirmed by pixels; a person has the final decision. */
  readonly byFeatures: boolean;
  /** Alignment of one with the other, if known: 'mirrored, rotated by 90°', or '' for the same orientation. */
  readonly alignment: string | null;
  readonly verdict: DuplicateVerdict | null;
}

/**
 * All pairs by first image, except those that a person called different, and those whose rasters show different
 * pictures. Includes pairs with removed images: images that are connected through a removed one still look alike.
 */
export function duplicatePairs(store: ProjectStore): DuplicatePair[] {
  return pairsWhere(store, `verdict IS NOT 'different' AND (same_picture IS NOT 0 OR verdict = 'keep')`);
}

/** Pairs that a person called different. */
export function dismissedPairs(store: ProjectStore): DuplicatePair[] {
  return pairsWhere(store, `verdict = 'different'`);
}

/** Near pairs found by thumbnails alone and without a verdict, including those whose rasters were already compared. */
export function thumbnailPairs(store: ProjectStore): (DuplicatePair & { readonly samePicture: boolean | null })[] {
  const compared = new Map(
    store
      .all<{ first: number; second: number; same: number }>(
        'SELECT first, second, same_picture AS same FROM duplicate_pairs WHERE same_picture IS NOT NULL',
      )
      .map(({ first, second, same }) => [`${first} ${second}`, same === 1]),
  );
  return pairsWhere(store, 'exact = 0 AND by_features = 0 AND verdict IS NULL').map((pair) => ({
    ...pair,
    samePicture: compared.get(`${pair.first} ${pair.second}`) ?? null,
  }));
}

/** Deletes pairs found by features alone and without a verdict, and marks every picture as not compared. */
export function forgetUnconfirmed(store: ProjectStore): void {
  store.run('DELETE FROM duplicate_pairs WHERE by_features = 1 AND alignment IS NULL AND verdict IS NULL');
  store.run('UPDATE pictures SET compared = 0 WHERE compared = 1');
}

/** Stores whether the rasters of a pair show one picture. */
export function setSamePicture(store: ProjectStore, first: number, second: number, same: boolean): void {
  store.run('UPDATE duplicate_pairs SET same_picture = ? WHERE first = ? AND second = ?', same ? 1 : 0, first, second);
}

function pairsWhere(store: ProjectStore, condition: string): DuplicatePair[] {
  return store
    .json<[number, number, number, number, number, string | null, DuplicateVerdict | null][]>(
      `SELECT json_group_array(json_array(first, second, similarity, exact, by_features, alignment, verdict)) FROM (
         SELECT first, second, similarity, exact, by_features, alignment, verdict FROM duplicate_pairs
         WHERE ${condition} ORDER BY first, second)`,
    )
    .map(([first, second, similarity, exact, byFeatures, alignment, verdict]) => ({
      first,
      second,
      similarity,
      exact: exact === 1,
      byFeatures: byFeatures === 1,
      alignment,
      verdict,
    }));
}

/** The properties that groups of duplicates are checked for. */
export interface DuplicateMember {
  readonly id: number;
  readonly label: number | null;
  readonly split: SplitName | null;
  readonly patient: number | null;
}

/** The members of `ids` that are in the dataset. */
export function duplicateMembers(store: ProjectStore, ids: readonly number[]): Map<number, DuplicateMember> {
  const rows = store.json<[number, number | null, SplitName | null, number | null][]>(
    `SELECT json_group_array(json_array(id, label_id, split, patient_id)) FROM images
     WHERE removed_at IS NULL AND id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(ids),
  );
  return new Map(rows.map(([id, label, split, patient]) => [id, { id, label, split, patient }]));
}

/** Images of the dataset by class id. */
export function labelSizes(store: ProjectStore): Map<number, number> {
  return new Map(
    store
      .all<{ label: number; n: number }>(
        `SELECT label_id AS label, count(*) AS n FROM images INDEXED BY images_label
         WHERE removed_at IS NULL AND label_id IS NOT NULL GROUP BY label_id`,
      )
      .map(({ label, n }) => [label, n]),
  );
}

/** Sets the verdict of every pair within `images`, and returns the previous verdicts of those that changed. */
export function setVerdict(
  store: ProjectStore,
  images: readonly number[],
  verdict: DuplicateVerdict | null,
): [number, number, DuplicateVerdict | null][] {
  const list = JSON.stringify(images);
  const within = `first IN (SELECT value FROM json_each(?1)) AND second IN (SELECT value FROM json_each(?1))
    AND verdict IS NOT ?2`;
  const before = store.all<{ first: number; second: number; verdict: DuplicateVerdict | null }>(
    `SELECT first, second, verdict FROM duplicate_pairs WHERE ${within}`,
    list,
    verdict,
  );
  store.run(`UPDATE duplicate_pairs SET verdict = ?2 WHERE ${within}`, list, verdict);
  return before.map((pair) => [pair.first, pair.second, pair.verdict]);
}

export function restoreVerdict(
  store: ProjectStore,
  first: number,
  second: number,
  verdict: DuplicateVerdict | null,
): void {
  store.run('UPDATE duplicate_pairs SET verdict = ? WHERE first = ? AND second = ?', verdict, first, second);
}
