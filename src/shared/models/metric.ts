import { z } from 'zod';

/** A number with its 95 % interval. `low` and `high` are null where no interval can be given; `n` is what it rests on. */
export const metricSchema = z.object({
  value: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: z.number().int(),
});
export type Metric = z.infer<typeof metricSchema>;
