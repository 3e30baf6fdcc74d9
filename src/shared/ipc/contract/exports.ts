import { z } from 'zod';
import {
  deidentifiedOptionsSchema,
  deidentifiedPlanSchema,
  deidentifiedResultSchema,
} from '../../models/deidentified-export';
import { exportFormatSchema } from '../../models/export';
import { precisionComparisonSchema } from '../../models/precision';
import { job, query } from './entries';
import { project, run } from './inputs';

/** Grant of the parent of a new folder, or of the new or empty folder itself. */
const target = z.union([z.strictObject({ parent: z.string() }), z.strictObject({ folder: z.string() })]);

export const exportsRequests = {
  'exports.write': job(
    run.extend({ format: exportFormatSchema, target }),
    z.object({
      folder: z.string(),
      files: z.array(z.object({ name: z.string(), bytes: z.number() })),
      parity: z.object({ maxProbabilityDifference: z.number(), agreement: z.number(), images: z.number().int() }),
      comparison: precisionComparisonSchema.nullable(),
    }),
    {
      phases: [
        'reading-images',
        'copying-weights',
        'writing-onnx',
        'checking-export',
        'evaluating',
        'comparing-precisions',
      ],
      changes: [],
    },
  ),
  /** The effect of int8 on a run: both files of its best model on its validation images. */
  'exports.comparePrecisions': job(run, precisionComparisonSchema, {
    phases: ['reading-images', 'comparing-precisions'],
    changes: [],
  }),
  'exports.planDeidentified': query(project.extend({ options: deidentifiedOptionsSchema }), deidentifiedPlanSchema, {
    reads: ['images', 'labels', 'split', 'reviews'],
  }),
  /** `target` null: the project's own exports folder. */
  'exports.deidentify': job(
    project.extend({ options: deidentifiedOptionsSchema, target: target.nullable() }),
    deidentifiedResultSchema,
    { phases: ['de-identifying'], changes: [] },
  ),
} as const;
