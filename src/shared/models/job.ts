import { z } from 'zod';

/** Long work other than a training run: import, sample project, learning rate test, evaluation, prediction, export, confounder scan. Cancellable, with progress. */
export const jobSchema = z.object({
  id: z.string(),
  kind: z.enum(['import', 'sample', 'evaluate', 'predict', 'export', 'backbone', 'rates', 'confounders']),
  project: z.string().nullable(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** What it does, or what it waits for. */
  phase: z.string(),
  /** It has to wait for its turn: there is no rate and nothing to count yet. */
  waits: z.boolean(),
  done: z.number(),
  total: z.number().nullable(),
  /** Items a second, once known. */
  rate: z.number().nullable(),
  etaSeconds: z.number().nullable(),
  /** Of an evaluation: which one it is, so that whoever looks at that run knows of it. */
  evaluates: z.object({ run: z.string(), split: z.enum(['validation', 'test']) }).nullable(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() }).nullable(),
});
export type Job = z.infer<typeof jobSchema>;
