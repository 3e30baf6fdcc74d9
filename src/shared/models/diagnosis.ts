import { z } from 'zod';

/** What went wrong with a run, where the guide's troubleshooting list has an answer to it. */
export const diagnosisCodes = ['diverged', 'gradient-exploded', 'not-learning', 'out-of-memory'] as const;

/** A next step. With `settings`: the run again with these changed. Without: a look at the images and labels. */
export const offerSchema = z.object({
  title: z.string(),
  text: z.string(),
  settings: z.record(z.string(), z.union([z.number(), z.string(), z.null()])).nullable(),
});
export type Offer = z.infer<typeof offerSchema>;

export const diagnosisSchema = z.object({
  code: z.enum(diagnosisCodes),
  title: z.string(),
  text: z.string(),
  /** What to try first comes first. */
  offers: z.array(offerSchema),
});
export type Diagnosis = z.infer<typeof diagnosisSchema>;
