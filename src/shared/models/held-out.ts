import { z } from 'zod';
import { list } from './list';
import { patientCountFields } from './patient-count';

/** What a test split can be held out by. A scanner is a manufacturer with a model. */
export const originKinds = ['site', 'scanner', 'station'] as const;
export type OriginKind = (typeof originKinds)[number];

/** The test split consists of all images of these; `values` as in `dataset.origins`. */
export const heldOutSchema = z.object({
  by: z.enum(originKinds),
  values: list(z.string().min(1), { min: 1, max: 1000 }),
});
export type HeldOut = z.infer<typeof heldOutSchema>;

/** Labelled images of one site, scanner or station. */
export const originCountSchema = z.object({
  value: z.string(),
  images: z.number().int(),
  ...patientCountFields,
  classes: z.record(z.string(), z.number().int()),
});
export type OriginCount = z.infer<typeof originCountSchema>;

export const originListSchema = z.object({
  by: z.enum(originKinds),
  values: z.array(originCountSchema),
  /** Labelled images whose origin is unknown. */
  unknown: z.number().int(),
});
export type OriginList = z.infer<typeof originListSchema>;
