import { z } from 'zod';
import { reviewReasonSchema, reviewVerdictSchema } from '#shared/models/review';
import { restoreVerdict } from '../../store/duplicates';
import { setRemoved } from '../../store/images';
import { classesByName, setLabel } from '../../store/labels';
import type { ProjectStore } from '../../store/open';
import { restoreReview } from '../../store/reviews';

/** What was said of a finding before; null: nothing. */
export const saidBeforeSchema = z
  .object({ verdict: reviewVerdictSchema, evidence: z.string(), at: z.string() })
  .nullable();

/** The state before a decision of the review, for undo. */
export const reviewBeforeSchema = z.object({
  /** What was said of each finding; null: nothing. */
  reviews: z.array(
    z.object({
      image: z.number(),
      reason: reviewReasonSchema,
      said: saidBeforeSchema,
    }),
  ),
  /** Class numbers of the images that got another label. */
  labels: z.array(z.tuple([z.number(), z.number().nullable()])),
  /** Images that were taken out. */
  removed: z.array(z.number()),
  /** Pairs of possible duplicates with what was said of them. */
  verdicts: z.array(z.tuple([z.number(), z.number(), z.enum(['keep', 'different']).nullable()])).default([]),
});
export type ReviewBefore = z.infer<typeof reviewBeforeSchema>;

/** Answers with how many findings it was about. */
export function undoReview(store: ProjectStore, { reviews, labels, removed, verdicts }: ReviewBefore): number {
  const classes = new Set(classesByName(store).map((one) => one.id));
  for (const [image, label] of labels) {
    if (label === null || classes.has(label)) setLabel(store, image, label, 'undo');
  }
  if (removed.length > 0) setRemoved(store, removed, false);
  for (const [first, second, verdict] of verdicts) restoreVerdict(store, first, second, verdict);
  for (const { image, reason, said } of reviews) restoreReview(store, image, reason, said);
  return reviews.length;
}
