import { z } from 'zod';
import { metricSchema } from './metric';
import { epochRecordSchema, evaluationSchema, runRecordSchema, runSummarySchema } from './run';
import { bestMetrics } from './run-config';

/** One setting or fact of several runs, in their order. Null for runs without it. */
export const comparedValuesSchema = z.object({
  key: z.string(),
  values: z.array(z.union([z.number(), z.string(), z.boolean(), z.null()])),
  differs: z.boolean(),
});
export type ComparedValues = z.infer<typeof comparedValuesSchema>;

/**
 * How a run compares with the best one. `alike`: on the same validation images, the 95 % interval of the difference
 * contains 0 (or does not exist). `other-images`: validated on other images, so the numbers are not comparable.
 * `unmeasured`: no evaluation, or no value of this metric.
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
  /** The best run's metric minus this one's on the same images, resampled by patient. */
  behind: metricSchema.nullable(),
});
export type ComparedRun = z.infer<typeof comparedRunSchema>;

/** Several runs, compared key by key. */
export const comparisonSchema = z.object({
  runs: z.array(comparedRunSchema),
  /** Settings of the configuration; groups with dots. */
  settings: z.array(comparedValuesSchema),
  /** Everything else that determines a run: data, split, weights, preprocessing, version. */
  facts: z.array(comparedValuesSchema),
  /** The metric that the verdicts are based on. */
  metric: z.enum(bestMetrics),
  /** The run with the best value; null if none was evaluated. */
  best: z.string().nullable(),
  /** What to know before comparing, in sentences. */
  notes: z.array(z.string()),
});
export type Comparison = z.infer<typeof comparisonSchema>;
