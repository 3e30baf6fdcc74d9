import { z } from 'zod';
import { balanceSchema } from './balance';
import { splitNameSchema, splitSummarySchema } from './dataset';
import { duplicateCountsSchema } from './duplicates';
import { patientCountFields } from './patient-count';

const valueCountSchema = z.object({ value: z.string(), images: z.number().int() });
export type ValueCount = z.infer<typeof valueCountSchema>;

/** Everything about a dataset worth documenting, without removed images. */
export const datasetReportSchema = z.object({
  project: z.string(),
  writtenAt: z.string(),
  images: z.number().int(),
  unlabelled: z.number().int(),
  ...patientCountFields,
  studies: z.number().int(),
  classes: z.array(
    z.object({
      label: z.string(),
      images: z.number().int(),
      ...patientCountFields,
      splits: z.record(splitNameSchema, z.number().int()),
      /** Outside the current split. */
      outside: z.number().int(),
    }),
  ),
  /** Number of patients by number of images: “1”, “2”, … */
  imagesPerPatient: z.array(valueCountSchema.omit({ images: true }).extend({ patients: z.number().int() })),
  sizes: z.object({
    /** Bands of pixels, along both sides of `counts`. */
    bands: z.array(z.string()),
    /** Rows: heights, columns: widths. */
    counts: z.array(z.array(z.number().int())),
    common: z.array(valueCountSchema),
    distinct: z.number().int(),
  }),
  modalities: z.array(valueCountSchema),
  kinds: z.array(valueCountSchema),
  bits: z.array(valueCountSchema),
  colours: z.array(valueCountSchema),
  years: z.array(valueCountSchema),
  flags: z.array(valueCountSchema),
  duplicates: duplicateCountsSchema,
  balance: balanceSchema,
  split: splitSummarySchema.nullable(),
  /** Oldest first; a file that was left out is in one of `skipped`. */
  imports: z.array(
    z.object({
      at: z.string(),
      state: z.string(),
      added: z.number().int().nullable(),
      known: z.number().int().nullable(),
      skipped: z.array(z.object({ code: z.string(), files: z.number().int(), message: z.string() })),
    }),
  ),
  warnings: z.array(z.string()),
});
export type DatasetReport = z.infer<typeof datasetReportSchema>;
