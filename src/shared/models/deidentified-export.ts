import { z } from 'zod';
import { splitNameSchema } from './dataset';

/** Selection and options of an export without identities. */
export const deidentifiedOptionsSchema = z.object({
  /** Dates are removed, or shifted by a secret number of days per patient, which preserves intervals. */
  dates: z.enum(['remove', 'shift']).default('remove'),
  /** Also export files whose pixels may identify the patient. */
  includeRisky: z.boolean().default(false),
  /** A single split; null: all images. */
  split: splitNameSchema.nullable().default(null),
  labelledOnly: z.boolean().default(false),
});
export type DeidentifiedOptions = z.infer<typeof deidentifiedOptionsSchema>;

/** Expected contents of an export, from what the project knows; each file's header decides when it is written. */
export const deidentifiedPlanSchema = z.object({
  files: z.number().int(),
  images: z.number().int(),
  bytes: z.number(),
  /** Files that declare burned-in text. */
  burnedIn: z.number().int(),
  /**
   * DICOM files that do not declare it although it is common in their kind: ultrasound, angiography, secondary capture,
   * cameras.
   */
  unknown: z.number().int(),
  /** PNG and JPEG, which cannot declare it. */
  pictures: z.number().int(),
  /** Other files in whose images letters were detected. */
  detected: z.number().int(),
  /** Files that are exported in any case. */
  rest: z.number().int(),
});
export type DeidentifiedPlan = z.infer<typeof deidentifiedPlanSchema>;

/** All but the last may be included by someone who has checked the images; nobody can see hidden data. */
export const pixelRisks = ['burned-in', 'burned-in-unknown', 'recognisable', 'text-detected', 'hidden-data'] as const;
export type HeldBackReason = (typeof pixelRisks)[number];

/** The risk of a held-back file, for people. */
export const pixelRiskNames: Readonly<Record<HeldBackReason, string>> = {
  'burned-in': 'declares burned-in text',
  'burned-in-unknown': 'does not declare whether it has burned-in text',
  recognisable: 'declares recognisable visual features',
  'text-detected': 'seems to contain burned-in text',
  'hidden-data': 'contains data besides the image that cannot be removed',
};

export const deidentifiedResultSchema = z.object({
  folder: z.string(),
  /** Id of the resource `report/<id>`. */
  report: z.string(),
  written: z.number().int(),
  /** Known patients; null if none is known. */
  patients: z.number().int().nullable(),
  heldBack: z.array(
    z.object({
      file: z.number().int(),
      image: z.number().int(),
      reason: z.enum(pixelRisks),
      /** What is hidden where, for people. */
      detail: z.string().nullable(),
    }),
  ),
  /** New names of classes whose names contained a patient's name, number or date. */
  renamedClasses: z.array(z.string()),
  failed: z.array(z.object({ file: z.number().int(), image: z.number().int(), code: z.string(), message: z.string() })),
  bytes: z.number(),
  seconds: z.number(),
  filesPerSecond: z.number(),
});
export type DeidentifiedResult = z.infer<typeof deidentifiedResultSchema>;

/** Why a file was held back, in a sentence. */
export function heldBackText({ reason, detail }: DeidentifiedResult['heldBack'][number]): string {
  return detail ?? `Held back: the file ${pixelRiskNames[reason]}.`;
}

/** Higher ages are grouped, because so few people reach them (45 CFR 164.514(b)(2)(i)(C); PS3.15, E.1.1). */
export const MAX_EXPORTED_AGE = 89;
