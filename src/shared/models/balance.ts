import { z } from 'zod';
import { splitNameSchema } from './dataset';

/** What the parts of a split should be alike in. */
export const balanceFactors = ['sex', 'age', 'scanner', 'site', 'modality'] as const;
export type BalanceFactor = (typeof balanceFactors)[number];

export const strengths = ['none', 'weak', 'moderate', 'strong'] as const;
export type Strength = (typeof strengths)[number];

/** Cramér's V with Bergsma's correction, 0 (independent) to 1, of `n` patients (an image without one counts as one); see docs/splits.md. */
export const associationSchema = z.object({ v: z.number(), n: z.number().int(), strength: z.enum(strengths) });
export type Association = z.infer<typeof associationSchema>;

export const balanceLevelSchema = z.object({
  level: z.string(),
  images: z.number().int(),
  /** Of the current split; images outside of it are in none. */
  parts: z.record(splitNameSchema, z.number().int()),
  classes: z.record(z.string(), z.number().int()),
});
export type BalanceLevel = z.infer<typeof balanceLevelSchema>;

export const factorBalanceSchema = z.object({
  factor: z.enum(balanceFactors),
  levels: z.array(balanceLevelSchema),
  /** Images of which it is not known: in no measure. */
  unknown: balanceLevelSchema,
  /** How the factor goes with the part; null where fewer than two of either have images. */
  byPart: associationSchema.nullable(),
  /** How it goes with the class: what a model could learn in place of the disease. */
  byClass: associationSchema.nullable(),
});
export type FactorBalance = z.infer<typeof factorBalanceSchema>;

/** Of all labelled images. */
export const balanceSchema = z.object({ classes: z.array(z.string()), factors: z.array(factorBalanceSchema) });
export type Balance = z.infer<typeof balanceSchema>;
