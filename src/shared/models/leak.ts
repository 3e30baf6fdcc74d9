import { z } from 'zod';
import { splitNameSchema } from './dataset';
import { metricSchema } from './metric';
import { patientCountFields } from './patient-count';

const splitSizesSchema = z.record(splitNameSchema, z.object({ images: z.number().int(), ...patientCountFields }));

/** Two splits with equal shares and seed, one leaking and one not. */
export const leakPlanSchema = z.object({
  leaking: z.object({
    groups: z.number().int(),
    patients: z.number().int(),
    duplicates: z.number().int(),
    splits: splitSizesSchema,
  }),
  grouped: z.object({ splits: splitSizesSchema }),
  /** What prevents a measurement from starting, in sentences. */
  problems: z.array(z.string()),
});
export type LeakPlan = z.infer<typeof leakPlanSchema>;

export const leakSideSchema = z.object({
  run: z.string(),
  /** Test images and their patients. */
  n: z.number().int(),
  ...patientCountFields,
  accuracy: metricSchema,
  macroF1: metricSchema,
  auc: metricSchema.nullable(),
});
export type LeakSide = z.infer<typeof leakSideSchema>;

/**
 * The effect of a leak: test results of two models that differ only in whether their split kept groups together.
 * Differences are the leaking one's value minus the grouped one's, on different test images.
 */
export const leakResultSchema = z.object({
  leaking: leakSideSchema,
  grouped: leakSideSchema,
  accuracy: metricSchema,
  auc: metricSchema.nullable(),
  /** The result in a sentence. */
  sentence: z.string(),
  cautions: z.array(z.string()),
});
export type LeakResult = z.infer<typeof leakResultSchema>;
