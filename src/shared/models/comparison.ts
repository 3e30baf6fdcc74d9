import { z } from 'zod';
import { metricSchema } from './metric';
import { epochRecordSchema, evaluationSchema, runRecordSchema, runSummarySchema } from './run';
import { bestMetrics } from './run-config';

/** One setting or fact of several runs, in their order. Null where a run has none. */
export const comparedValuesSchema = z.object({
  key: z.string(),
  values: z.array(z.union([z.number(), z.string(), z.boolean(), z.null()])),
  differs: z.boolean(),
});
export type ComparedValues = z.infer<typeof comparedValuesSchema>;

/**
 * How a run stands to the best one. `alike`: on the same validation images, the 95 % interval of the difference holds 0
 * (or cannot be given). `other-images`: it was validated on others, so the numbers cannot be held side by side.
 * `unmeasured`: it has no evaluation, or this metric has no value.
 */
export const verdicts = ['best', 'alike', 'worse', 'other-images', 'unmeasured'] as const;
export type Verdict = (typeof verdicts)[number];

export const comparedRunSchema = z.object({
  summary: runSummarySchema,
  record: runRecordSchema,
  history: z.array(epochRecordSchema),
  /** On the validation images. */
  evaluation: evaluationSchema.nullable(),
  verdict: z.enum(verdicts),
  /** The best run's metric less this one's on the same images, resampled by patient. */
  behind: metricSchema.nullable(),
});
export type ComparedRun = z.infer<typeof comparedRunSchema>;

/** Several runs key by key. */
export const comparisonSchema = z.object({
  runs: z.array(comparedRunSchema),
  /** Of the configuration; groups with dots. */
  settings: z.array(comparedValuesSchema),
  /** What else decides a run: data, split, weights, preprocessing, version. */
  facts: z.array(comparedValuesSchema),
  /** What the verdicts go by. */
  metric: z.enum(bestMetrics),
  /** The run with the best value; null where none was evaluated. */
  best: z.string().nullable(),
  /** What a reader must know, in sentences. */
  notes: z.array(z.string()),
});
export type Comparison = z.infer<typeof comparisonSchema>;
