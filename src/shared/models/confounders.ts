import { z } from 'zod';
import { metricSchema } from './metric';

/** Properties of a file besides its pixels. */
export const confounderTags = [
  'manufacturer',
  'model',
  'station',
  'site',
  'year',
  'modality',
  'matrix',
  'bits',
  'photometric',
  'syntax',
  'kind',
  'sex',
  'age',
] as const;
export const confounderTagSchema = z.enum(confounderTags);
export type ConfounderTag = (typeof confounderTags)[number];

/** `tags`: all tags together. The last three are measured on the picture (`shared/imaging/picture-measures`). */
export const confounderSources = [...confounderTags, 'tags', 'border', 'text', 'brightness'] as const;
export const confounderSourceSchema = z.enum(confounderSources);
export type ConfounderSource = (typeof confounderSources)[number];

/**
 * `strong` and `weak`: better than chance, by much or by little. `nothing`: no better, and a strong association is
 * ruled out. `unclear`: no better, but too few images to rule one out. `constant`: one value only. `missing`: never
 * known.
 */
export const confounderVerdicts = ['strong', 'weak', 'unclear', 'nothing', 'constant', 'missing'] as const;
export type ConfounderVerdict = (typeof confounderVerdicts)[number];

/** How well one source alone predicts the label. */
export const confounderFindingSchema = z.object({
  source: confounderSourceSchema,
  /** Distinct values of a tag, including missing; for other sources, numbers per picture. */
  values: z.number().int(),
  /** Images without a value. */
  missing: z.number().int(),
  /** Macro one-versus-rest AUC of out-of-fold predictions; chance is 0.5. Null if there was nothing to predict from. */
  auc: metricSchema.nullable(),
  /** Chance is 1 / classes. */
  balancedAccuracy: metricSchema.nullable(),
  /** From the permutation test; `adjustedP` by Holm over all sources. */
  p: z.number().nullable(),
  adjustedP: z.number().nullable(),
  permutations: z.number().int(),
  verdict: z.enum(confounderVerdicts),
  /** For people: what it means and what to do. */
  sentence: z.string(),
});
export type ConfounderFinding = z.infer<typeof confounderFindingSchema>;

export const confounderScanSchema = z.object({
  createdAt: z.string(),
  /** Fingerprint of the dataset facts that the scan rests on; the scan is outdated if it differs. */
  state: z.string(),
  /** Labelled images of the classes that are not left out. */
  images: z.number().int(),
  /** Images examined: from many, some are drawn. */
  examined: z.number().int(),
  /**
   * Patients, groups of duplicates and single images among those examined: the units that folds, intervals and
   * permutations keep together.
   */
  groups: z.number().int(),
  classes: z.array(z.object({ label: z.string(), images: z.number().int(), groups: z.number().int() })),
  /** Classes with too few images or groups. */
  leftOut: z.array(z.object({ label: z.string(), images: z.number().int(), groups: z.number().int() })),
  folds: z.number().int(),
  repeats: z.number().int(),
  seconds: z.number(),
  /** The result in one sentence. */
  summary: z.string(),
  /** In the order of `confounderSources`; empty if there are too few images. */
  findings: z.array(confounderFindingSchema),
});
export type ConfounderScan = z.infer<typeof confounderScanSchema>;

/** Images by class for each value of a tag, as the dataset is now. */
export const confounderTableSchema = z.object({
  classes: z.array(z.string()),
  rows: z.array(
    z.object({
      /** Null: the images without the tag. */
      value: z.string().nullable(),
      /** In the order of `classes`. */
      counts: z.array(z.number().int()),
    }),
  ),
  /** Further values, with fewer images each, that are not listed. */
  more: z.object({ values: z.number().int(), counts: z.array(z.number().int()) }).nullable(),
});
export type ConfounderTable = z.infer<typeof confounderTableSchema>;
