import type { ReviewReason, ReviewVerdict } from '#shared/models/review';
import type { ProjectStore } from './open';

/** A person's verdict on one reason to review an image. */
export interface StoredReview {
  readonly image: number;
  readonly reason: ReviewReason;
  readonly verdict: ReviewVerdict;
  /** The evidence at that time. */
  readonly evidence: string;
  readonly at: string;
}

/** Includes removed images. */
export function allReviews(store: ProjectStore): StoredReview[] {
  return store
    .json<[number, ReviewReason, ReviewVerdict, string, string][]>(
      'SELECT json_group_array(json_array(image_id, reason, verdict, evidence, at)) FROM reviews',
    )
    .map(([image, reason, verdict, evidence, at]) => ({ image, reason, verdict, evidence, at }));
}

/** Verdicts on one reason, by image. */
export function reviewsOf(store: ProjectStore, reason: ReviewReason): Map<number, StoredReview> {
  const rows = store.all<StoredReview>(
    'SELECT image_id AS image, reason, verdict, evidence, at FROM reviews WHERE reason = ?',
    reason,
  );
  return new Map(rows.map((row) => [row.image, row]));
}

export function findReview(store: ProjectStore, image: number, reason: ReviewReason): StoredReview | null {
  const row = store.get<StoredReview>(
    'SELECT image_id AS image, reason, verdict, evidence, at FROM reviews WHERE image_id = ? AND reason = ?',
    image,
    reason,
  );
  return row ?? null;
}

export function storeReview(store: ProjectStore, { image, reason, verdict, evidence, at }: StoredReview): void {
  store.run(
    `INSERT INTO reviews (image_id, reason, verdict, evidence, at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (image_id, reason) DO UPDATE SET verdict = excluded.verdict, evidence = excluded.evidence,
       at = excluded.at`,
    image,
    reason,
    verdict,
    evidence,
    at,
  );
}

export function deleteReview(store: ProjectStore, image: number, reason: ReviewReason): void {
  store.run('DELETE FROM reviews WHERE image_id = ? AND reason = ?', image, reason);
}

/** Restores a previous verdict; null: none. */
export function restoreReview(
  store: ProjectStore,
  image: number,
  reason: ReviewReason,
  previous: Pick<StoredReview, 'verdict' | 'evidence' | 'at'> | null,
): void {
  if (previous === null) deleteReview(store, image, reason);
  else storeReview(store, { image, reason, verdict: previous.verdict, evidence: previous.evidence, at: previous.at });
}
