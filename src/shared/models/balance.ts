import { z } from 'zod';
import { splitNameSchema } from './dataset';

/** The factors that the splits should be balanced in. */
export const balanceFactors = ['sex', 'age', 'scanner', 'site', 'modality'] as const;
export type BalanceFactor = (typeof balanceFactors)[number];

export const strengths = ['none', 'weak', 'moderate', 'strong'] as const;
export type Strength = (typeof strengths)[number];

/**
 * Cramér's V with Bergsma's correction, 0 (independent) to 1, over `n` patients (an image without a patient counts as
 * one); see docs/splits.md.
 */
export const associationSchema = z.object({ v: z.number(), n: z.number().int(), strength: z.enum(strengths) });
export type Association = z.infer<typeof associationSchema>;

export const balanceLevelSchema = z.object({
  level: z.string(),
  images: z.number().int(),
  /** Images per split of the current division; images outside it are in none. */
  splits: z.record(splitNameSchema, z.number().int()),
  classes: z.record(z.string(), z.number().int()),
});
export type BalanceLevel = z.infer<typeof balanceLevelSchema>;

export const factorBalanceSchema = z.object({
  factor: z.enum(balanceFactors),
  levels: z.array(balanceLevelSchema),
  /** Images without a known value; excluded from the measures of association. */
  unknown: balanceLevelSchema,
  /** Association with the split; null if fewer than two splits or levels have images. */
  bySplit: associationSchema.nullable(),
  /** Association with the class, which a model could learn instead of the disease. */
  byClass: associationSchema.nullable(),
});
export type FactorBalance = z.infer<typeof factorBalanceSchema>;

/** Balance of all labelled images. */
export const balanceSchema = z.object({ classes: z.array(z.string()), factors: z.array(factorBalanceSchema) });
export type Balance = z.infer<typeof balanceSchema>;
