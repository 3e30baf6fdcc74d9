import { z } from 'zod';
import { epochMetricsSchema } from './epoch-metrics';
import { metricSchema } from './metric';
import { pipelineSchema } from './pipeline';
import { runConfigSchema } from './run-config';

/** A step of a search for the best model within a time: a change of the settings, measured by cross-validation. */
export const triedSchema = z.object({
  /** For people: "Logistic regression on features", "2 augmented views", "Last 2 blocks, 8 epochs". */
  what: z.string(),
  /** The changed settings of the run's configuration. */
  settings: z.record(z.string(), z.unknown()),
  seconds: z.number(),
  /** Out-of-fold: every image is predicted by a model that was not trained on it or its group. Null if not finished. */
  metrics: epochMetricsSchema.nullable(),
  /** Loss minus that of the best step before, on the same images; negative is better. Null for the first step. */
  difference: metricSchema.nullable(),
  kept: z.boolean(),
  /** Why it was kept or not, as a sentence. */
  why: z.string(),
});
export type Tried = z.infer<typeof triedSchema>;

/** What a search has tried, and why it ended. */
export const searchSchema = z.object({
  budgetSeconds: z.number(),
  tried: z.array(triedSchema),
  /** As a sentence; null while it goes on. */
  ended: z.string().nullable(),
});
export type Search = z.infer<typeof searchSchema>;

/** Name of the file in the folder of a run. */
export const SEARCH_FILE = 'search.json';

const predictionsSchema = z.object({
  /** Folds that are predicted. */
  folds: z.array(z.number().int()),
  /** [images, classes]; zeros in other folds. */
  logits: z.array(z.number()),
});
export type FoldPredictions = z.infer<typeof predictionsSchema>;

/** `runs/<id>/search.json`: everything needed to continue a search, and its out-of-fold predictions. */
export const searchStateSchema = searchSchema.extend({
  version: z.literal(1),
  /** Identifies the run: see `runHash`. */
  run: z.string(),
  elapsedSeconds: z.number(),
  /** Ids of the training images, then the validation images. */
  images: z.array(z.number().int()),
  folds: z.array(z.number().int()),
  groups: z.array(z.number().int()),
  /** The best settings so far. */
  recipe: runConfigSchema,
  /** The pipeline of the final model; null before that is trained. */
  pipeline: pipelineSchema.nullable(),
  /** Out-of-fold predictions by `recipe`; null before the first step ends. */
  kept: predictionsSchema.nullable(),
  /** The step that is being tried, its seconds so far and its predictions. */
  current: z
    .object({
      what: z.string(),
      settings: z.record(z.string(), z.unknown()),
      seconds: z.number(),
      predictions: predictionsSchema,
    })
    .nullable(),
});
export type SearchState = z.infer<typeof searchStateSchema>;
