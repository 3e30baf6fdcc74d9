import { z } from 'zod';
import { list } from './list';
import { patientCountFields } from './patient-count';

/** What a whole test part can be chosen by. A scanner is a manufacturer with a model. */
export const originKinds = ['site', 'scanner', 'station'] as const;
export type OriginKind = (typeof originKinds)[number];

/** The test part is all images of these; `values` as `dataset.origins` names them. */
export const heldOutSchema = z.object({
  by: z.enum(originKinds),
  values: list(z.string().min(1), { least: 1, most: 1000 }),
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
  /** Labelled images of which it is not known. */
  unknown: z.number().int(),
});
export type OriginList = z.infer<typeof originListSchema>;
