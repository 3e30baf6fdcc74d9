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

export const exportsRequests = {
  'exports.write': job(
    run.extend({ format: exportFormatSchema, parent: z.string() }),
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
  /** What int8 would change for a run: both files of its best model on its validation images. */
  'exports.comparePrecisions': job(run, precisionComparisonSchema, {
    phases: ['reading-images', 'comparing-precisions'],
    changes: [],
  }),
  'exports.planDeidentified': query(project.extend({ options: deidentifiedOptionsSchema }), deidentifiedPlanSchema, {
    reads: ['images', 'labels', 'split', 'reviews'],
  }),
  /** `parent`: a grant of the folder that the new one is made in; null: the project's own exports. */
  'exports.deidentify': job(
    project.extend({ options: deidentifiedOptionsSchema, parent: z.string().nullable() }),
    deidentifiedResultSchema,
    { phases: ['de-identifying'], changes: [] },
  ),
} as const;
