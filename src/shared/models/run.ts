import { z } from 'zod';
import { knownLeaksSchema } from './known-leaks';
import { membershipSchema } from './membership';
import { metricSchema } from './metric';
import { patientCountFields } from './patient-count';
import { pipelineSchema } from './pipeline';
import { bestMetrics, runConfigSchema } from './run-config';
import { signOffSchema } from './sign-off';
import { testTimeViewsSchema } from './test-time';

export const runStates = ['queued', 'running', 'paused', 'finished', 'stopped', 'interrupted', 'failed'] as const;
export type RunState = (typeof runStates)[number];

/** One line of the training log: written every `logEverySteps` optimizer steps. `step` counts optimizer steps from 1. */
export const stepRecordSchema = z.object({
  kind: z.literal('step'),
  step: z.number().int(),
  epoch: z.number(),
  /** Of the run's stages, from 0. */
  stage: z.number().int().default(0),
  loss: z.number(),
  /** Of the head; of every layer where there is no layer decay. */
  learningRate: z.number(),
  /** Of the lowest layer in training, where layers differ. */
  lowestLearningRate: z.number().optional(),
  gradientNorm: z.number(),
  imagesPerSecond: z.number(),
  /** Resident memory of the engine process, MiB. */
  memoryMB: z.number(),
});
export type StepRecord = z.infer<typeof stepRecordSchema>;

export const epochMetricsSchema = z.object({
  accuracy: z.number(),
  macroF1: z.number(),
  macroRecall: z.number(),
  auc: z.number().nullable(),
  loss: z.number(),
});
export type EpochMetrics = z.infer<typeof epochMetricsSchema>;

/** After each epoch (counted from 1). */
export const epochRecordSchema = z.object({
  kind: z.literal('epoch'),
  epoch: z.number().int(),
  step: z.number().int(),
  /** Of the run's stages, from 0. */
  stage: z.number().int().default(0),
  trainLoss: z.number(),
  validationLoss: z.number(),
  metrics: epochMetricsSchema,
  isBest: z.boolean(),
  seconds: z.number(),
});
export type EpochRecord = z.infer<typeof epochRecordSchema>;

export const noteRecordSchema = z.object({ kind: z.literal('note'), at: z.string(), message: z.string() });
export const logRecordSchema = z.discriminatedUnion('kind', [stepRecordSchema, epochRecordSchema, noteRecordSchema]);
export type LogRecord = z.infer<typeof logRecordSchema>;

/** The live state of a run, sent as an event and asked for when a screen opens. */
export const runProgressSchema = z.object({
  run: z.string(),
  state: z.enum(runStates),
  /** `elsewhere`: another process has the run in hand, and only what it has stored is known. */
  phase: z.enum(['waiting', 'preparing', 'extracting', 'training', 'evaluating', 'saving', 'done', 'elsewhere']),
  step: z.number().int(),
  totalSteps: z.number().int(),
  epoch: z.number(),
  epochs: z.number().int(),
  /** Of a phase before the first step: images that are read, or views that the frozen backbone has seen. */
  counted: z.object({ done: z.number().int(), total: z.number().int() }).nullable(),
  imagesPerSecond: z.number().nullable(),
  /** Of the run; of its phase where that is counted. */
  etaSeconds: z.number().nullable(),
  message: z.string().nullable(),
});
export type RunProgress = z.infer<typeof runProgressSchema>;

export const runErrorSchema = z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() });

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
  /** True where `checkpoints/best` holds a model that can evaluate and predict. */
  hasModel: z.boolean(),
  /** True where it can go on: from its last checkpoint, or from its beginning where it had saved none. */
  resumable: z.boolean(),
  /** Runs that wait begin in this order, lowest first; a pause keeps it, so that runs are resumed in their order. */
  queueOrder: z.number().default(0),
  /** The sweep or cross-validation that it belongs to. */
  experiment: membershipSchema.nullable().default(null),
  /** Of the record: what let it start though its split leaks. */
  signOff: signOffSchema.nullable().default(null),
});
export type RunSummary = z.infer<typeof runSummarySchema>;

/** What `closeOrphans` writes for runs whose Fovea has ended. */
export const LEFT_BEHIND = 'interrupted';

/** True for a run that was paused, or that the end of Fovea itself left behind: its error is none of its own. */
export const wasLeft = ({ state, error }: RunSummary): boolean =>
  state === 'paused' || (state === 'interrupted' && error?.code === LEFT_BEHIND);

/** `runs/<id>/config.json`: everything that is needed to repeat the run. */
export const runRecordSchema = z.object({
  id: z.string(),
  createdAt: z.string(),
  version: z.string(),
  config: runConfigSchema,
  classes: z.array(z.string()),
  pipeline: pipelineSchema,
  hashes: z.object({ dataset: z.string(), split: z.string(), backbone: z.string(), pipeline: z.string() }),
  /** The version of the dataset that it began on; absent in runs made before there were any. */
  datasetVersion: z.object({ number: z.number().int(), hash: z.string() }).nullable().default(null),
  counts: z.object({ train: z.number().int(), validation: z.number().int(), test: z.number().int() }),
  parameters: z.number().int(),
  trainableParameters: z.number().int(),
  /** What was decided for the user, in sentences ("The head is new: 3 classes"). */
  notes: z.array(z.string()),
  /** The sweep or cross-validation that it belongs to, and as what. */
  experiment: membershipSchema.nullable().default(null),
  /** Where groups stood in more than one part of its split: who let it start, when and why. */
  signOff: signOffSchema.nullable().default(null),
  /** What was known of leaks when its split was made, and when it began; empty in runs of older versions. */
  leaks: z.array(knownLeaksSchema).default([]),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

export const runDetailSchema = z.object({
  summary: runSummarySchema,
  record: runRecordSchema,
  history: z.array(epochRecordSchema),
});
export type RunDetail = z.infer<typeof runDetailSchema>;

/** Evaluation of one run on one split. Rows of `confusionMatrix` are truth, columns prediction, in `classes` order. */
export const evaluationSchema = z.object({
  run: z.string(),
  split: z.enum(['validation', 'test']),
  classes: z.array(z.string()),
  n: z.number().int(),
  ...patientCountFields,
  /** Augmented views that each answer was averaged with; 0 in evaluations made before there were any. */
  testTimeViews: testTimeViewsSchema.default(0),
  loss: metricSchema,
  accuracy: metricSchema,
  perClass: z.array(
    z.object({
      label: z.string(),
      precision: metricSchema,
      recall: metricSchema,
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
  weightedRecall: metricSchema,
  macroF1: metricSchema,
  /** Macro mean of one-versus-rest AUCs; null when a class is absent. */
  auc: metricSchema.nullable(),
  confusionMatrix: z.array(z.array(z.number().int())),
  /** 20 equal bins of the confidence 0..1. */
  confidence: z.object({
    edges: z.array(z.number()),
    correct: z.array(z.number().int()),
    incorrect: z.array(z.number().int()),
  }),
  /** What a leak in the split of the run means for these numbers; it stands above all of them. */
  leak: z.string().nullable().default(null),
  /** What was known of leaks in the split of the run: when it was made, when the run began, when this was evaluated. */
  leaks: z.array(knownLeaksSchema).default([]),
  /** Sentences of caution, e.g. "Only 12 patients: intervals that resample patients are rough". */
  cautions: z.array(z.string()),
  seconds: z.number(),
  imagesPerSecond: z.number(),
  evaluatedAt: z.string(),
});
export type Evaluation = z.infer<typeof evaluationSchema>;

/** One opening of a test set: each may have moved a choice. */
export const testOpeningSchema = z.object({
  at: z.string(),
  run: z.string(),
  /** Null where the run is gone. */
  runName: z.string().nullable(),
  /** Null where nobody gave a name. */
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
