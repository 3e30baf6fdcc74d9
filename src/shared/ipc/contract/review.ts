import { z } from 'zod';
import { list, MAX_IMAGES } from '../../models/list';
import { reviewDecisionSchema, reviewListSchema, reviewReasonSchema } from '../../models/review';
import { command, query } from './entries';
import { project } from './inputs';

export const reviewRequests = {
  /** The review queue. Searches duplicates first, which is quick if nothing is new. */
  'review.list': query(
    project.extend({
      reason: reviewReasonSchema.optional(),
      includeSettled: z.boolean().default(false),
      limit: z.number().int().min(1).max(1_000_000).default(2000),
    }),
    reviewListSchema,
    { reads: ['images', 'labels', 'split', 'duplicates', 'reviews', 'runs', 'evaluations'] },
  ),
  /** Decides on findings; skips those that no longer exist. `changed` counts findings. */
  'review.judge': command(
    project.extend({
      findings: list(z.object({ image: z.number().int(), reason: reviewReasonSchema }), {
        min: 1,
        max: MAX_IMAGES,
      }),
      decision: reviewDecisionSchema,
    }),
    z.object({ changed: z.number().int() }),
    { changes: ['images', 'labels', 'duplicates', 'reviews'] },
  ),
} as const;
