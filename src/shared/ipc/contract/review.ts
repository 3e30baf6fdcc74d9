import { z } from 'zod';
import { list, MOST_IMAGES } from '../../models/list';
import { reviewDecisionSchema, reviewListSchema, reviewReasonSchema } from '../../models/review';
import { command, query } from './entries';
import { project } from './inputs';

export const reviewRequests = {
  /** The review queue: what is worth a second look. Duplicates are searched first, which is quick where nothing is new. */
  'review.list': query(
    project.extend({
      reason: reviewReasonSchema.optional(),
      includeSettled: z.boolean().default(false),
      limit: z.number().int().min(1).max(1_000_000).default(2000),
    }),
    reviewListSchema,
    { reads: ['images', 'labels', 'split', 'duplicates', 'reviews', 'runs', 'evaluations'] },
  ),
  /** Decides on findings; those that are no longer there are passed over. `changed` counts findings. */
  'review.judge': command(
    project.extend({
      findings: list(z.object({ image: z.number().int(), reason: reviewReasonSchema }), {
        least: 1,
        most: MOST_IMAGES,
      }),
      decision: reviewDecisionSchema,
    }),
    z.object({ changed: z.number().int() }),
    { changes: ['images', 'labels', 'duplicates', 'reviews'] },
  ),
} as const;
