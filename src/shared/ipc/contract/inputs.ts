import { z } from 'zod';
import { binaryTaskSchema } from '../../models/curves';
import { list } from '../../models/list';
import { MAX_FOLDS, MIN_FOLDS } from '../../splitting/folds';

/** Maximum number of runs that a request may name or create. */
export const MAX_RUNS = 1000;
/** Maximum number of files and folders of one drop. */
const MAX_FILES = 100_000;

export const nothing = z.object({});
export const project = z.object({ project: z.string() });
export const run = project.extend({ run: z.string() });
export const jobId = z.object({ job: z.string() });
export const experiment = project.extend({ experiment: z.string() });
export const evaluatedSplit = z.enum(['validation', 'test']);
export const folds = z.number().int().min(MIN_FOLDS).max(MAX_FOLDS);
export const foldSeed = z.number().int().min(0).default(42);
export const leakShares = {
  validation: z.number().min(0.01).max(0.9).default(0.2),
  test: z.number().min(0.01).max(0.9).default(0.2),
  seed: foldSeed,
};
/** A cell of a confusion matrix, or a bar of a histogram. */
export const caseFilter = {
  truth: z.number().int().optional(),
  predicted: z.number().int().optional(),
  correct: z.boolean().optional(),
  confidence: z.tuple([z.number(), z.number()]).optional(),
  near: z.object({ task: binaryTaskSchema, threshold: z.number(), count: z.number().int().min(1).max(100) }).optional(),
};
/** Opaque ids of files or folders that a person chose: dropped, picked in a dialog, or uploaded. Never a path. */
export const grants = list(z.string(), { min: 1, max: MAX_FILES });
