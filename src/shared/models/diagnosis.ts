import { z } from 'zod';

/** Problems of a run that the guide's troubleshooting list covers. */
export const diagnosisCodes = ['diverged', 'gradient-exploded', 'not-learning', 'out-of-memory'] as const;

/** A next step. With `settings`: repeat the run with these changes. Without: check the images and labels. */
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
  /** Most promising first. */
  offers: z.array(offerSchema),
});
export type Diagnosis = z.infer<typeof diagnosisSchema>;
