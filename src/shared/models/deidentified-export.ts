import { z } from 'zod';
import { splitNameSchema } from './dataset';

/** What of a dataset is exported without identities, and how. */
export const deidentifiedOptionsSchema = z.object({
  /** Dates are removed, or moved by a secret number of days of each patient, which keeps intervals. */
  dates: z.enum(['remove', 'shift']).default('remove'),
  /** Export files whose pixels may show who it is of, too. */
  includeRisky: z.boolean().default(false),
  /** One part of the split; null: all images. */
  split: splitNameSchema.nullable().default(null),
  labelledOnly: z.boolean().default(false),
});
export type DeidentifiedOptions = z.infer<typeof deidentifiedOptionsSchema>;

/** What an export would hold, by what the project knows; each file's header decides when it is written. */
export const deidentifiedPlanSchema = z.object({
  files: z.number().int(),
  images: z.number().int(),
  bytes: z.number(),
  /** Files that say that a name is burned into their pixels. */
  burnedIn: z.number().int(),
  /** DICOM files of kinds that often have one and do not say: ultrasound, angiography, secondary capture, cameras. */
  unknown: z.number().int(),
  /** PNG and JPEG, which cannot say. */
  pictures: z.number().int(),
  /** Other files in whose pictures the search for burned-in text saw letters. */
  detected: z.number().int(),
  /** What is exported unless the rest is included. */
  rest: z.number().int(),
});
export type DeidentifiedPlan = z.infer<typeof deidentifiedPlanSchema>;

/** All but the last may be included by who has looked at the pictures; what is hidden, nobody has seen. */
export const pixelRisks = ['burned-in', 'burned-in-unknown', 'recognisable', 'text-detected', 'hidden-data'] as const;
export type HeldBackReason = (typeof pixelRisks)[number];

/** Why a file is held back, for people. */
export const pixelRiskNames: Readonly<Record<HeldBackReason, string>> = {
  'burned-in': 'declares burned-in text',
  'burned-in-unknown': 'does not declare whether it has burned-in text',
  recognisable: 'declares recognisable visual features',
  'text-detected': 'seems to contain burned-in text',
  'hidden-data': 'contains data besides the image that cannot be removed',
};

export const deidentifiedResultSchema = z.object({
  folder: z.string(),
  /** Of the resource `report/<id>`. */
  report: z.string(),
  written: z.number().int(),
  /** Those that are named; null where nobody is. */
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
  /** Classes whose names held a name, number or date of a patient: what they are called in the export. */
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

/** Ages above this are one group, because so few people reach them (45 CFR 164.514(b)(2)(i)(C); PS3.15, E.1.1). */
export const OLDEST_TOLD = 89;
