import { z } from 'zod';
import { binaryTaskSchema } from './curves';
import { metricSchema } from './metric';

const shareSchema = z.number().min(0).max(1);

/** How a threshold is chosen on images that the model was not trained on. */
export const operatingRuleSchema = z.discriminatedUnion('kind', [
  /** The highest threshold (the best specificity) that reaches a sensitivity, if asked with its 95 % lower bound. */
  z.object({
    kind: z.literal('sensitivity'),
    atLeast: shareSchema,
    lowerBound: shareSchema.nullable().default(null),
  }),
  /** The lowest threshold (the best sensitivity) that reaches a specificity, if asked with its 95 % lower bound. */
  z.object({
    kind: z.literal('specificity'),
    atLeast: shareSchema,
    lowerBound: shareSchema.nullable().default(null),
  }),
  /** The largest sensitivity + specificity - 1 (Youden's index). */
  z.object({ kind: z.literal('youden') }),
  /** The lowest cost, where a missed positive costs as much as `missed` false alarms. */
  z.object({ kind: z.literal('cost'), missed: z.number().positive().max(1e6) }),
]);
export type OperatingRule = z.infer<typeof operatingRuleSchema>;

/** What a population of a stated prevalence would get, per 1,000 patients. */
const populationSchema = z.object({
  prevalence: shareSchema,
  truePositives: metricSchema,
  falsePositives: metricSchema,
  falseNegatives: metricSchema,
  trueNegatives: metricSchema,
  ppv: metricSchema.nullable(),
  npv: metricSchema.nullable(),
});

/** What a threshold decides on some images. */
export const operatingMetricsSchema = z.object({
  threshold: z.number(),
  truePositives: z.number().int(),
  falsePositives: z.number().int(),
  falseNegatives: z.number().int(),
  trueNegatives: z.number().int(),
  sensitivity: metricSchema,
  specificity: metricSchema,
  /** At the share of positives among these images; null without such a call. */
  ppv: metricSchema.nullable(),
  npv: metricSchema.nullable(),
  /** Likelihood ratios; null if their denominator is 0. */
  positiveLikelihood: metricSchema.nullable(),
  negativeLikelihood: metricSchema.nullable(),
  population: populationSchema.nullable(),
});
export type OperatingMetrics = z.infer<typeof operatingMetricsSchema>;

/** A threshold on a task's score, and a prevalence at which to count what 1,000 patients get. */
export const thresholdFields = {
  task: binaryTaskSchema,
  threshold: z.number(),
  prevalence: shareSchema.nullable().default(null),
};

/** An operating point that a run is bound to. */
export const operatingPointSchema = z.object({
  task: binaryTaskSchema,
  rule: operatingRuleSchema,
  threshold: z.number(),
  /** On the images on which it was chosen. */
  chosen: operatingMetricsSchema,
  /** The evaluation on which it was chosen. */
  evaluatedAt: z.string(),
  sealedAt: z.string(),
  by: z.string().nullable(),
  /** Openings of the test set by this run before: above 0, the choice may have been influenced by them. */
  testOpenings: z.number().int(),
});
export type OperatingPoint = z.infer<typeof operatingPointSchema>;
