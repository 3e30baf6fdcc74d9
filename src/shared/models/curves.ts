import { z } from 'zod';
import { list } from './list';
import { metricSchema } from './metric';

const classGroup = list(z.number().int().nonnegative(), { min: 1, max: 1000 });

/** Two groups of classes, by index, that a score tells apart. Classes in neither are left out. */
export const binaryTaskSchema = z
  .object({ positive: classGroup, negative: classGroup })
  .refine(
    ({ positive, negative }) => new Set([...positive, ...negative]).size === positive.length + negative.length,
    'a class may be in one group only',
  );
export type BinaryTask = z.infer<typeof binaryTaskSchema>;

/** Pointwise 95 % interval of a curve over its x; null where too few resamples have a value. */
const bandSchema = z.object({
  x: z.array(z.number()),
  low: z.array(z.number().nullable()),
  high: z.array(z.number().nullable()),
});
export type Band = z.infer<typeof bandSchema>;

/**
 * ROC and precision-recall curve of a task. Both follow from the counts at each threshold: a case is called positive if
 * its score is at least the threshold.
 */
export const curvesSchema = z.object({
  task: binaryTaskSchema,
  /** Cases of each group. Without cases in both, there is neither an area nor a curve. */
  positives: z.number().int(),
  negatives: z.number().int(),
  /** All distinct scores, descending. */
  thresholds: z.array(z.number()),
  /** Cases called positive at each threshold. */
  truePositives: z.array(z.number().int()),
  falsePositives: z.array(z.number().int()),
  auc: metricSchema.nullable(),
  averagePrecision: metricSchema.nullable(),
  bands: z.object({
    /** Sensitivity over 1 - specificity. */
    sensitivity: bandSchema,
    /** Precision over recall. */
    precision: bandSchema,
  }),
});
export type Curves = z.infer<typeof curvesSchema>;
