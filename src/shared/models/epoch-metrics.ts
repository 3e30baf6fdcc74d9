import { z } from 'zod';

/** Metrics of predictions without intervals; AUC is null if a class has no image. */
export const epochMetricsSchema = z.object({
  accuracy: z.number(),
  macroF1: z.number(),
  macroRecall: z.number(),
  auc: z.number().nullable(),
  loss: z.number(),
});
export type EpochMetrics = z.infer<typeof epochMetricsSchema>;
