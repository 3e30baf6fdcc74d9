import { z } from 'zod';
import { comparisonSchema } from './comparison';
import { leakResultSchema } from './leak';
import { settingValueSchema } from './membership';
import { patientCountFields } from './patient-count';
import { casePredictionSchema, evaluationSchema, runSummarySchema } from './run';

const common = {
  id: z.string(),
  name: z.string(),
  createdAt: z.string(),
};

/** `experiments/<id>/experiment.json`: runs made to be compared. */
export const experimentSchema = z.discriminatedUnion('kind', [
  /** The same run with several values of one setting, and the same seed. */
  z.object({
    ...common,
    kind: z.literal('sweep'),
    key: z.string(),
    members: z.array(z.object({ run: z.string(), value: settingValueSchema })),
  }),
  /** k-fold cross-validation of one configuration on the train and validation images; `fold` from 1. */
  z.object({
    ...common,
    kind: z.literal('folds'),
    folds: z.number().int(),
    members: z.array(z.object({ run: z.string(), fold: z.number().int() })),
  }),
  /** The same run on two splits with equal shares and seed, one leaking and one not. */
  z.object({
    ...common,
    kind: z.literal('leak'),
    members: z.array(z.object({ run: z.string(), grouped: z.boolean() })),
  }),
]);
export type Experiment = z.infer<typeof experimentSchema>;

/**
 * Of one number per fold; `standardDeviation` is the sample's (n - 1). Folds share training images, so this is not an
 * interval.
 */
export const spreadSchema = z.object({
  mean: z.number(),
  standardDeviation: z.number(),
  lowest: z.number(),
  highest: z.number(),
});
export type Spread = z.infer<typeof spreadSchema>;

/**
 * `experiments/<id>/metrics.json`: the out-of-fold predictions of k models evaluated as one. Every image has one
 * prediction, from the model that was not trained on it.
 */
export const foldEvaluationSchema = evaluationSchema.omit({ run: true, split: true }).extend({
  experiment: z.string(),
  folds: z.number().int(),
  /** The pooled evaluations: a newer evaluation of a run makes this one stale. */
  members: z.array(z.object({ run: z.string(), fold: z.number().int(), evaluatedAt: z.string() })),
  /** Spread of the folds' own evaluations; null if a fold lacks a class and has no AUC. */
  spread: z.object({
    accuracy: spreadSchema,
    macroRecall: spreadSchema,
    macroF1: spreadSchema,
    auc: spreadSchema.nullable(),
    loss: spreadSchema,
  }),
});
export type FoldEvaluation = z.infer<typeof foldEvaluationSchema>;

/** One line of `experiments/<id>/predictions.ndjson`. `fold` from 1. */
export const outOfFoldCaseSchema = casePredictionSchema.extend({ fold: z.number().int() });
export type OutOfFoldCase = z.infer<typeof outOfFoldCaseSchema>;

export const experimentDetailSchema = z.object({
  experiment: experimentSchema,
  /** Members that still exist, in the order of `members`. */
  runs: z.array(runSummarySchema),
  /**
   * Comparison of those runs, if there are at least two. For folds, any difference besides the images would be an
   * error.
   */
  comparison: comparisonSchema.nullable(),
  /** For a cross-validation whose folds are all evaluated. */
  pooled: foldEvaluationSchema.nullable(),
  /** For a leak measurement whose two models are both tested. */
  leak: leakResultSchema.nullable(),
});
export type ExperimentDetail = z.infer<typeof experimentDetailSchema>;

/** Division of the current train and validation images into folds. */
export const foldPlanSchema = z.object({
  folds: z.array(
    z.object({ images: z.number().int(), ...patientCountFields, counts: z.record(z.string(), z.number().int()) }),
  ),
  /** Patients and groups of duplicates with images in more than one fold: 0. */
  groupsAcrossFolds: z.number().int(),
  /** What prevents a cross-validation from starting, in sentences that say what to do. */
  problems: z.array(z.string()),
  warnings: z.array(z.string()),
});
export type FoldPlan = z.infer<typeof foldPlanSchema>;
