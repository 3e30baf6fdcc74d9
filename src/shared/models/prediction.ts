import { z } from 'zod';
import { attentionShapeSchema } from './attention';
import { testTimeViewsSchema } from './test-time';

/** The prediction for one file. `id` identifies its resources (picture, attention). */
export const filePredictionSchema = z.object({
  id: z.string(),
  name: z.string(),
  ok: z.boolean(),
  label: z.string().nullable(),
  confidence: z.number().nullable(),
  /** Augmented views averaged into the prediction. */
  testTimeViews: testTimeViewsSchema,
  /** In class order. */
  probabilities: z.array(z.object({ label: z.string(), probability: z.number() })),
  /** Shape of the attention resource: see `resources.ts`. */
  attention: attentionShapeSchema.nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type FilePrediction = z.infer<typeof filePredictionSchema>;
