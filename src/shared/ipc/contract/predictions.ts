import { z } from 'zod';
import { filePredictionSchema } from '../../models/prediction';
import { testTimeViewsSchema } from '../../models/test-time';
import { command, job, query } from './entries';
import { grants, jobId, nothing, run } from './inputs';

export const predictionsRequests = {
  'predictions.predict': job(
    run.extend({
      grants,
      attention: z.boolean().default(true),
      testTimeViews: testTimeViewsSchema.optional(),
      /** Grant of a folder for attention overlays, created if missing; without it none are written. */
      overlays: z.string().optional(),
    }),
    z.object({ predictions: z.array(filePredictionSchema) }),
    { phases: ['predicting'], changes: ['predictions'] },
  ),
  'predictions.list': query(jobId, z.object({ predictions: z.array(filePredictionSchema) }), {
    reads: ['predictions'],
  }),
  'predictions.clear': command(jobId, nothing, { changes: ['predictions'] }),
} as const;
