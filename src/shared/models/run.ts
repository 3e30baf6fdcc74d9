import { z } from 'zod';
import { epochMetricsSchema } from './epoch-metrics';
import { knownLeaksSchema } from './known-leaks';
import { membershipSchema } from './membership';
import { metricSchema } from './metric';
import { patientCountFields } from './patient-count';
import { pipelineSchema } from './pipeline';
import { bestMetrics, runConfigSchema } from './run-config';
import { searchSchema, triedSchema } from './search';
import { signOffSchema } from './sign-off';
import { testTimeViewsSchema } from './test-time';

export const runStates = ['queued', 'running', 'paused', 'finished', 'stopped', 'interrupted', 'failed'] as const;
export type RunState = (typeof runStates)[number];

/**
 * One line of the training log: written every `logEverySteps` optimizer steps. `step` counts optimizer steps from 1.
 */
export const stepRecordSchema = z.object({
  kind: z.literal('step'),
  step: z.number().int(),
  epoch: z.number(),
  /** Index of the stage, from 0. */
  stage: z.number().int().default(0),
  loss: z.number(),
  /** Learning rate of the head, and of every layer without layer decay. */
  learningRate: z.number(),
  /** Learning rate of the lowest trained layer, if layers differ. */
  lowestLearningRate: z.number().optional(),
  gradientNorm: z.number(),
  imagesPerSecond: z.number(),
  /** Resident memory of the engine process, MiB. */
  memoryMB: z.number(),
});
export type StepRecord = z.infer<typeof stepRecordSchema>;

/** Written after each epoch (counted from 1). */
export const epochRecordSchema = z.object({
  kind: z.literal('epoch'),
  epoch: z.number().int(),
  step: z.number().int(),
  /** Index of the stage, from 0. */
  stage: z.number().int().default(0),
  trainLoss: z.number(),
  validationLoss: z.number(),
  metrics: epochMetricsSchema,
  isBest: z.boolean(),
  seconds: z.number(),
});
export type EpochRecord = z.infer<typeof epochRecordSchema>;

export const noteRecordSchema = z.object({ kind: z.literal('note'), at: z.string(), message: z.string() });
/** Written after each step of a search. */
export const triedRecordSchema = triedSchema.extend({ kind: z.literal('tried') });
export const logRecordSchema = z.discriminatedUnion('kind', [
  stepRecordSchema,
  epochRecordSchema,
  noteRecordSchema,
  triedRecordSchema,
]);
export type LogRecord = z.infer<typeof logRecordSchema>;

/** The live state of a run, sent as an event and requested when a screen opens. */
export const runProgressSchema = z.object({
  run: z.string(),
  state: z.enum(runStates),
  /** `elsewhere`: another process has the run, and only what it has stored is known. */
  phase: z.enum([
    'waiting',
    'preparing',
    'extracting',
    'searching',
    'training',
    'evaluating',
    'saving',
    'done',
    'elsewhere',
  ]),
  step: z.number().int(),
  totalSteps: z.number().int(),
  epoch: z.number(),
  epochs: z.number().int(),
  /** For a phase before the first step: images read, or views passed through the frozen backbone. */
  counted: z.object({ done: z.number().int(), total: z.number().int() }).nullable(),
  imagesPerSecond: z.number().nullable(),
  /** For the run; for its phase if that is counted. */
  etaSeconds: z.number().nullable(),
  message: z.string().nullable(),
});
export type RunProgress = z.infer<typeof runProgressSchema>;

export const runErrorSchema = z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() });

/** The run whose best model a run started from. */
export const runParentSchema = z.object({
  run: z.string(),
  /** When the run was created. */
  name: z.string(),
  /** Of the best model; null if unknown. */
  epoch: z.number().int().nullable(),
});
export type RunParent = z.infer<typeof runParentSchema>;

export const runSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(runStates),
  backbone: z.string(),
  preset: z.string(),
  device: z.string(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
  epochsDone: z.number().int(),
  epochs: z.number().int(),
  best: z.object({ epoch: z.number().int(), metric: z.enum(bestMetrics), value: z.number() }).nullable(),
  seconds: z.number(),
  error: runErrorSchema.nullable(),
  /** Whether `checkpoints/best` holds a model that can evaluate and predict. */
  hasModel: z.boolean(),
  /** Whether it can continue: from its last checkpoint, or from the start if none was saved. */
  resumable: z.boolean(),
  /** Queued runs start in this order, lowest first; kept by a pause, so that runs resume in their order. */
  queueOrder: z.number().default(0),
  /** The experiment that it belongs to. */
  experiment: membershipSchema.nullable().default(null),
  /** From the record: the sign-off that let it start on a leaking split. */
  signOff: signOffSchema.nullable().default(null),
  /** From the record: the run that it continues. */
  parent: runParentSchema.nullable().default(null),
});
export type RunSummary = z.infer<typeof runSummarySchema>;

/** Error code of runs whose Fovea process ended, written by `closeOrphans`. */
export const ORPHANED_CODE = 'interrupted';

/** Whether the run was paused or interrupted by the end of Fovea itself, so not by an error of its own. */
export const wasSuspended = ({ state, error }: RunSummary): boolean =>
  state === 'paused' || (state === 'interrupted' && error?.code === ORPHANED_CODE);

/** `runs/<id>/config.json`: everything needed to repeat the run. */
export const runRecordSchema = z.object({
  id: z.string(),
  createdAt: z.string(),
  version: z.string(),
  config: runConfigSchema,
  classes: z.array(z.string()),
  pipeline: pipelineSchema,
  hashes: z.object({ dataset: z.string(), split: z.string(), backbone: z.string(), pipeline: z.string() }),
  /** Version of the dataset at the start; absent in runs from before versions existed. */
  datasetVersion: z.object({ number: z.number().int(), hash: z.string() }).nullable().default(null),
  counts: z.object({ train: z.number().int(), validation: z.number().int(), test: z.number().int() }),
  parameters: z.number().int(),
  trainableParameters: z.number().int(),
  /** Decisions made for the user, in sentences ("The head is new: 3 classes"). */
  notes: z.array(z.string()),
  /** The experiment that it belongs to, and its role. */
  experiment: membershipSchema.nullable().default(null),
  /** For a leaking split: who let the run start, when and why. */
  signOff: signOffSchema.nullable().default(null),
  /** The run that it continues, whose images, classes and pipeline it has; null if it started from its backbone. */
  parent: runParentSchema.nullable().default(null),
  /** Leaks known when the split was created and when the run started; empty in runs of older versions. */
  leaks: z.array(knownLeaksSchema).default([]),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

export const runDetailSchema = z.object({
  summary: runSummarySchema,
  record: runRecordSchema,
  history: z.array(epochRecordSchema),
  /** Of a run with the preset *auto* that has begun. */
  search: searchSchema.nullable().default(null),
});
export type RunDetail = z.infer<typeof runDetailSchema>;

/** Evaluation of one run on one split. Rows of `confusionMatrix` are truth, columns prediction, in `classes` order. */
export const evaluationSchema = z.object({
  run: z.string(),
  split: z.enum(['validation', 'test']),
  classes: z.array(z.string()),
  n: z.number().int(),
  ...patientCountFields,
  /** Augmented views averaged into each prediction; 0 in evaluations from before they existed. */
  testTimeViews: testTimeViewsSchema.default(0),
  loss: metricSchema,
  accuracy: metricSchema,
  perClass: z.array(
    z.object({
      label: z.string(),
      precision: metricSchema,
      recall: metricSchema,
      /** Null if there are only cases of the class; absent in evaluations from before it existed. */
      specificity: metricSchema.nullable().default(null),
      f1: metricSchema,
      auc: metricSchema.nullable(),
      support: z.number().int(),
      truePositives: z.number().int(),
      falsePositives: z.number().int(),
      falseNegatives: z.number().int(),
      trueNegatives: z.number().int(),
    }),
  ),
  macroRecall: metricSchema,
  /** Null in evaluations from before it existed. */
  macroPrecision: metricSchema.nullable().default(null),
  weightedRecall: metricSchema,
  macroF1: metricSchema,
  /** Macro mean of one-versus-rest AUCs; null if a class is absent. */
  auc: metricSchema.nullable(),
  confusionMatrix: z.array(z.array(z.number().int())),
  /** 20 equal bins of the confidence 0..1. */
  confidence: z.object({
    edges: z.array(z.number()),
    correct: z.array(z.number().int()),
    incorrect: z.array(z.number().int()),
  }),
  /** What a leak in the run's split means for these numbers; shown above all of them. */
  leak: z.string().nullable().default(null),
  /** Leaks known in the run's split when it was created, when the run started, and at this evaluation. */
  leaks: z.array(knownLeaksSchema).default([]),
  /** Sentences of caution, e.g. "Only 12 patients: intervals that resample patients are rough". */
  cautions: z.array(z.string()),
  seconds: z.number(),
  imagesPerSecond: z.number(),
  evaluatedAt: z.string(),
});
export type Evaluation = z.infer<typeof evaluationSchema>;

/** One opening of a test set: each may have influenced a decision. */
export const testOpeningSchema = z.object({
  at: z.string(),
  run: z.string(),
  /** Null if the run was removed. */
  runName: z.string().nullable(),
  /** Null if no name was given. */
  by: z.string().nullable(),
  images: z.number().int(),
});
export type TestOpening = z.infer<typeof testOpeningSchema>;

/** One line of `runs/<id>/predictions-<split>.ndjson`. `probabilities` in class order. */
export const casePredictionSchema = z.object({
  image: z.number().int(),
  patient: z.number().int().nullable(),
  truth: z.number().int(),
  predicted: z.number().int(),
  confidence: z.number(),
  probabilities: z.array(z.number()),
  loss: z.number(),
});
export type CasePrediction = z.infer<typeof casePredictionSchema>;
