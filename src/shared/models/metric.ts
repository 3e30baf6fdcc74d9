import { z } from 'zod';

/** A number with its 95 % interval. `low` and `high` are null if there is no interval; `n` is the number of cases. */
export const metricSchema = z.object({
  value: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: z.number().int(),
});
export type Metric = z.infer<typeof metricSchema>;
