import { z } from 'zod';
import { nameChoiceSchema } from '../class-names/similar-names';
import { backboneSummarySchema } from '../models/backbone';
import { balanceSchema } from '../models/balance';
import { comparisonSchema } from '../models/comparison';
import { confounderScanSchema, confounderTableSchema, confounderTagSchema } from '../models/confounders';
import {
  datasetSummarySchema,
  datasetVersionSchema,
  facetsSchema,
  imageDetailSchema,
  imageFilterSchema,
  imageSummarySchema,
  importOptionsSchema,
  importPlanSchema,
  importResultSchema,
  lastActionSchema,
  splitPartSchema,
  splitRequestSchema,
  splitSummarySchema,
} from '../models/dataset';
import { datasetReportSchema } from '../models/dataset-report';
import {
  deidentifiedOptionsSchema,
  deidentifiedPlanSchema,
  deidentifiedResultSchema,
} from '../models/deidentified-export';
import { diagnosisSchema } from '../models/diagnosis';
import { duplicateGroupSchema, duplicateVerdictSchema } from '../models/duplicates';
import { experimentDetailSchema, experimentSchema, foldPlanSchema, outOfFoldCaseSchema } from '../models/experiment';
import { exportFormatSchema } from '../models/export';
import { originListSchema } from '../models/held-out';
import { jobSchema } from '../models/job';
import {
  columnMappingSchema,
  labelConflictSchema,
  patientChangesSchema,
  tableAnswersSchema,
  tableChangesSchema,
  tablePreviewSchema,
  tableQuestionSchema,
  usedColumnsSchema,
} from '../models/label-table';
import { leakPlanSchema } from '../models/leak';
import { imageIds, list, MOST_IMAGES } from '../models/list';
import { settingValueSchema } from '../models/membership';
import { precisionComparisonSchema } from '../models/precision';
import { filePredictionSchema } from '../models/prediction';
import { projectSummarySchema, settingsChangeSchema, settingsSchema } from '../models/project';
import {
  disagreementSchema,
  kappaWeightsSchema,
  readerNameSchema,
  readersSummarySchema,
  readerTableSchema,
} from '../models/readers';
import { reviewDecisionSchema, reviewListSchema, reviewReasonSchema } from '../models/review';
import {
  casePredictionSchema,
  evaluationSchema,
  logRecordSchema,
  runDetailSchema,
  runProgressSchema,
  runSummarySchema,
  testOpeningSchema,
} from '../models/run';
import { bestMetrics, devices, runConfigSchema } from '../models/run-config';
import { personNameSchema, signOffReasonSchema, splitSignOffSchema } from '../models/sign-off';
import { testTimeViewsSchema } from '../models/test-time';
import { FEWEST_FOLDS, MOST_FOLDS } from '../splitting/folds';

/** A request: what goes in, what comes out. Both are checked in main; the renderer has their types. */
interface RequestSchema<I extends z.ZodType, O extends z.ZodType> {
  readonly input: I;
  readonly output: O;
}
const request = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O): RequestSchema<I, O> => ({
  input,
  output,
});

/** Runs that a request may name or make. */
const MOST_RUNS = 1000;
/** Files and folders of one drop. */
const MOST_FILES = 100_000;

const nothing = z.object({});
const project = z.object({ project: z.string() });
const run = project.extend({ run: z.string() });
const job = z.object({ job: z.string() });
const experiment = project.extend({ experiment: z.string() });
const folds = z.number().int().min(FEWEST_FOLDS).max(MOST_FOLDS);
const foldSeed = z.number().int().min(0).default(42);
const leakShares = {
  validation: z.number().min(0.01).max(0.9).default(0.2),
  test: z.number().min(0.01).max(0.9).default(0.2),
  seed: foldSeed,
};
/** A cell of a confusion matrix, or a bar of a histogram. */
const caseFilter = {
  truth: z.number().int().optional(),
  predicted: z.number().int().optional(),
  correct: z.boolean().optional(),
  confidence: z.tuple([z.number(), z.number()]).optional(),
};
/** Opaque ids of files or folders that a person chose: dropped, picked in a dialog, or uploaded. Never a path. */
const grants = list(z.string(), { least: 1, most: MOST_FILES });

/** Every request of the renderer, by name. Handlers live in `src/main/ipc/handlers/<first part>.ts`. */
export const requests = {
  'app.info': request(
    nothing,
    z.object({
      version: z.string(),
      /** `web` has no native dialogs: the renderer shows its own folder picker and uploads dropped files. */
      mode: z.enum(['desktop', 'web']),
      platform: z.string(),
      licences: z.array(z.object({ name: z.string(), version: z.string(), licence: z.string() })),
    }),
  ),
  'app.devices': request(
    nothing,
    z.object({
      devices: z.array(
        z.object({
          id: z.enum(devices).exclude(['auto']),
          name: z.string(),
          available: z.boolean(),
          /** Why not, with what to do; or what to know of a device that is. */
          reason: z.string().nullable(),
          /** What of it nobody has tried yet. */
          untested: z.string().nullable(),
          /** Whether it trains in half precision, of a device that may. */
          halfPrecision: z
            .object({ available: z.boolean(), reason: z.string().nullable(), untested: z.string() })
            .optional(),
        }),
      ),
      cores: z.number().int(),
      memoryMB: z.number(),
    }),
  ),
  'settings.get': request(nothing, settingsSchema),
  'settings.set': request(settingsChangeSchema, settingsSchema),

  /** Desktop only: the native dialog. Null when cancelled. */
  'platform.pick': request(
    z.object({ kind: z.enum(['files', 'folder', 'save']), title: z.string(), suggestedName: z.string().optional() }),
    z.object({ grants: z.array(z.object({ grant: z.string(), name: z.string() })) }).nullable(),
  ),
  /** Web mode only: folders and files of the machine that Fovea runs on. `path` null = home. */
  'platform.browse': request(
    z.object({ path: z.string().nullable() }),
    z.object({
      path: z.string(),
      parent: z.string().nullable(),
      entries: z.array(z.object({ name: z.string(), path: z.string(), folder: z.boolean() })),
    }),
  ),
  /** Web mode only: turns a browsed path into a grant. `create` also for a folder that is not there yet. */
  'platform.grant': request(
    z.object({ path: z.string(), create: z.boolean().default(false) }),
    z.object({ grant: z.string(), name: z.string() }),
  ),

  'projects.list': request(nothing, z.object({ recent: z.array(projectSummarySchema) })),
  'projects.create': request(
    z.object({ parent: z.string(), name: z.string().trim().min(1).max(120) }),
    projectSummarySchema,
  ),
  'projects.open': request(z.object({ grant: z.string() }), projectSummarySchema),
  'projects.reopen': request(project, projectSummarySchema),
  'projects.forget': request(project, nothing),
  /** Makes the sample project (images, labels, split) in Fovea's own folder and answers with the job. */
  'projects.sample': request(nothing, job),
  'projects.sampleResult': request(job, projectSummarySchema),

  'jobs.list': request(nothing, z.object({ jobs: z.array(jobSchema) })),
  'jobs.cancel': request(job, nothing),

  'dataset.summary': request(project, datasetSummarySchema),
  /** Oldest first. */
  'dataset.versions': request(project, z.object({ versions: z.array(datasetVersionSchema) })),
  'dataset.scan': request(project.extend({ grants }), importPlanSchema),
  'dataset.import': request(
    project.extend({ plan: z.string(), options: importOptionsSchema, labels: z.string().nullable() }),
    job,
  ),
  'dataset.importResult': request(project.extend({ job: z.string() }), importResultSchema),
  /**
   * What a label table holds and would do; writes nothing. `plan`: that of a scan, or null for the images that are in the
   * project. The sample rows are for a window only: they are never stored or logged.
   */
  'dataset.readTable': request(
    project.extend({
      plan: z.string().nullable(),
      table: z.string(),
      mapping: columnMappingSchema.default({}),
      classNames: nameChoiceSchema.default('ask'),
      answers: tableAnswersSchema.default({}),
      /** Of an import: it says who is on images that the table says nothing of. */
      groupPattern: z.string().nullable().default(null),
    }),
    tablePreviewSchema,
  ),
  /** What a pattern for patients would make of the files of an import; writes nothing. */
  'dataset.readPattern': request(
    project.extend({ plan: z.string(), groupPattern: z.string(), answers: tableAnswersSchema.default({}) }),
    z.object({
      changes: patientChangesSchema,
      questions: z.array(tableQuestionSchema),
      problems: z.array(z.string()),
    }),
  ),
  /** Applies a label table to the images of the project; one action that can be undone. `changed` counts images. */
  'dataset.applyTable': request(
    project.extend({
      table: z.string(),
      mapping: columnMappingSchema.default({}),
      conflicts: labelConflictSchema.default('mine'),
      answers: tableAnswersSchema.default({}),
      classNames: nameChoiceSchema.default('ask'),
    }),
    z.object({
      changed: z.number().int(),
      changes: tableChangesSchema,
      columns: usedColumnsSchema,
      problems: z.array(z.string()),
    }),
  ),
  /** All ids that pass the filter, in display order: small enough to hold for 100,000 images. */
  'dataset.ids': request(
    project.extend({
      filter: imageFilterSchema,
      sort: z.enum(['path', 'label', 'split', 'patient', 'added']).default('path'),
    }),
    z.object({ ids: z.array(z.number().int()) }),
  ),
  /** Flags, sexes and sites with how many images have them. */
  'dataset.facets': request(project, facetsSchema),
  'dataset.images': request(
    project.extend({ ids: list(z.number().int(), { most: 500 }) }),
    z.object({ images: z.array(imageSummarySchema) }),
  ),
  'dataset.image': request(project.extend({ image: z.number().int() }), imageDetailSchema),
  /** Identifying values of one image's tags, asked for by a person; recorded in the audit log. */
  'dataset.identifyingTags': request(
    project.extend({ image: z.number().int() }),
    z.object({ tags: z.array(z.object({ tag: z.string(), value: z.string() })) }),
  ),
  'dataset.label': request(
    project.extend({
      images: imageIds(1),
      label: z.string().trim().min(1).max(120).nullable(),
      /** Stores what this reader says of the images; it is their label where all of their readers say so. */
      reader: readerNameSchema.optional(),
    }),
    z.object({ changed: z.number().int() }),
  ),
  /** What `dataset.undo` would take back: of whichever window or command did it last. */
  'dataset.lastAction': request(project, z.object({ action: lastActionSchema.nullable() })),
  /** With a stamp only that action. */
  'dataset.undo': request(
    project.extend({ stamp: z.string().max(100).optional() }),
    z.object({ changed: z.number().int(), description: z.string().nullable() }),
  ),
  'dataset.remove': request(project.extend({ images: imageIds(1) }), z.object({ changed: z.number().int() })),
  /** Compares what was not compared yet by thumbnails, then answers with all groups; quick where nothing is new. */
  'dataset.duplicates': request(project, z.object({ groups: z.array(duplicateGroupSchema) })),
  /** Compares by thumbnails and by the features that a run has cached, and waits for it: up to minutes. */
  'dataset.searchDuplicates': request(project, z.object({})),
  /** What a person says of the groups that hold these images. */
  'dataset.judgeDuplicates': request(
    project.extend({ images: imageIds(1), verdict: duplicateVerdictSchema }),
    z.object({ changed: z.number().int() }),
  ),
  'dataset.split': request(project.extend({ request: splitRequestSchema }), splitSummarySchema),
  'dataset.moveToSplit': request(project.extend({ images: imageIds(1), split: splitPartSchema }), splitSummarySchema),
  /** Sites, scanners and stations with their labelled images: what a test part can be held out by. */
  'dataset.origins': request(project, z.object({ origins: z.array(originListSchema) })),
  /** How sex, age, scanner, site and modality lie over parts and classes. */
  'dataset.balance': request(project, z.object({ balance: balanceSchema })),
  /** Everything about the dataset in numbers. */
  'dataset.report': request(project, datasetReportSchema),
  /** The same as one HTML page. */
  'dataset.reportPage': request(project, z.object({ html: z.string() })),
  /** A person's word that training may start though groups stand in more than one part. */
  'dataset.signOff': request(
    project.extend({ name: personNameSchema, reason: signOffReasonSchema }),
    splitSummarySchema,
  ),
  'dataset.withdrawSignOff': request(project, splitSummarySchema),

  /** A confounder scan: how well tags, border, text area and brightness alone predict the label. */
  'confounders.start': request(project, job),
  /** The last scan; `outdated` where the dataset has changed since. */
  'confounders.get': request(project, z.object({ scan: confounderScanSchema, outdated: z.boolean() }).nullable()),
  'confounders.table': request(project.extend({ tag: confounderTagSchema }), confounderTableSchema),
  /** Images of a cell of that table. */
  'confounders.images': request(
    project.extend({ tag: confounderTagSchema, value: z.string().nullable(), label: z.string() }),
    z.object({ ids: z.array(z.number().int()) }),
  ),
  'readers.summary': request(project.extend({ weights: kappaWeightsSchema.default('none') }), readersSummarySchema),
  /** What two readers (by number) say of the images that both have read. */
  'readers.table': request(project.extend({ first: z.number().int(), second: z.number().int() }), readerTableSchema),
  /** The images in one cell of that table. */
  'readers.cell': request(
    project.extend({
      first: z.number().int(),
      second: z.number().int(),
      firstLabel: z.string(),
      secondLabel: z.string(),
    }),
    z.object({ ids: z.array(z.number().int()) }),
  ),
  'readers.disagreements': request(project, z.object({ images: z.array(disagreementSchema) })),
  /** Settles images whose readers disagree. */
  'readers.adjudicate': request(
    project.extend({ images: imageIds(1), label: z.string().trim().min(1).max(120) }),
    z.object({ changed: z.number().int() }),
  ),
  /** Settles all that have one with the class that more than half of the readings name. */
  'readers.takeMajority': request(project, z.object({ changed: z.number().int() })),

  /** The review queue: what is worth a second look. Duplicates are searched first, which is quick where nothing is new. */
  'review.list': request(
    project.extend({
      reason: reviewReasonSchema.optional(),
      includeSettled: z.boolean().default(false),
      limit: z.number().int().min(1).max(1_000_000).default(2000),
    }),
    reviewListSchema,
  ),
  /** Decides on findings; those that are no longer there are passed over. `changed` counts findings. */
  'review.judge': request(
    project.extend({
      findings: list(z.object({ image: z.number().int(), reason: reviewReasonSchema }), {
        least: 1,
        most: MOST_IMAGES,
      }),
      decision: reviewDecisionSchema,
    }),
    z.object({ changed: z.number().int() }),
  ),

  'backbones.list': request(nothing, z.object({ backbones: z.array(backboneSummarySchema) })),
  'backbones.import': request(
    z.object({ grant: z.string(), name: z.string().trim().min(1).optional() }),
    backboneSummarySchema,
  ),
  'backbones.remove': request(z.object({ name: z.string() }), nothing),
  'backbones.download': request(z.object({ name: z.string() }), job),

  /** A learning rate test: one step at each of a hundred rates, from small to large, until the loss explodes. */
  'rates.start': request(project.extend({ config: runConfigSchema }), job),
  'rates.result': request(
    job,
    z.object({
      /** What was trained in the test. */
      stage: z.string(),
      points: z.array(z.object({ learningRate: z.number(), loss: z.number(), smoothedLoss: z.number() })),
      /** The middle of the range in which the loss falls; null where no rate made it fall. */
      suggestion: z.number().nullable(),
    }),
  ),

  /** What a config would cost, before the start. `problems` keep Start from working; `warnings` do not. */
  'runs.preview': request(
    project.extend({ config: runConfigSchema }),
    z.object({
      config: runConfigSchema,
      parameters: z.number().int(),
      trainableParameters: z.number().int(),
      steps: z.number().int(),
      epochs: z.number().int(),
      /** What is trained when, in order. `trainableParameters` is null where the backbone could not be read. */
      stages: z.array(
        z.object({
          name: z.string(),
          epochs: z.number().int(),
          steps: z.number().int(),
          stepsPerEpoch: z.number().int(),
          warmupSteps: z.number().int(),
          learningRate: z.number(),
          trainableParameters: z.number().int().nullable(),
        }),
      ),
      memoryMB: z.number(),
      /** What the run would compute on: never `auto`. */
      device: z.enum(devices).exclude(['auto']),
      secondsEstimate: z.number().nullable(),
      /** At most 200 points of the schedule a stage, [optimizer step of the run, learning rate]. */
      schedule: z.array(z.tuple([z.number(), z.number()])),
      classWeights: z.array(z.object({ label: z.string(), weight: z.number() })).nullable(),
      /** Of `weighted-sampler`: each class's training images, and how often they are drawn in the first epoch. */
      classDraws: z
        .array(z.object({ label: z.string(), images: z.number().int(), drawn: z.number().int() }))
        .nullable(),
      /** Where the run is not expected to fit into memory: half the batch with twice the accumulation. */
      smallerBatch: z.object({ batchSize: z.number().int(), gradientAccumulation: z.number().int() }).nullable(),
      /** What stands in more than one part of the split; null where nothing does. */
      leak: z
        .object({
          groups: z.number().int(),
          patients: z.number().int(),
          duplicates: z.number().int(),
          signOff: splitSignOffSchema.nullable(),
        })
        .nullable(),
      /** What the run will note of its backbone: its head, its image size, what of it is not used. */
      backboneNotes: z.array(z.string()),
      problems: z.array(z.string()),
      warnings: z.array(z.string()),
    }),
  ),
  'runs.list': request(project, z.object({ runs: z.array(runSummarySchema) })),
  'runs.start': request(
    project.extend({ config: runConfigSchema, name: z.string().max(120).optional() }),
    runSummarySchema,
  ),
  'runs.get': request(run, runDetailSchema),
  'runs.progress': request(run, runProgressSchema),
  /** The log from `after` on (0, or the `next` of an answer), thinned to at most `limit` step records. */
  'runs.log': request(
    run.extend({ after: z.number().int().min(0), limit: z.number().int().max(20_000) }),
    z.object({ records: z.array(logRecordSchema), next: z.number().int() }),
  ),
  /** What went wrong with a run and what to try next, as the guide's troubleshooting list has it. */
  'runs.diagnosis': request(run, diagnosisSchema.nullable()),
  'runs.pause': request(run, nothing),
  'runs.resume': request(run, runSummarySchema),
  /** All that were paused or that Fovea's own end left behind, in the order of their queue. */
  'runs.resumeAll': request(project, z.object({ runs: z.array(runSummarySchema) })),
  /** Gives a waiting run another place among the waiting runs of its project. */
  'runs.move': request(run.extend({ to: z.enum(['up', 'down', 'front']) }), nothing),
  /** Ends the run at the next step and keeps what it has; one that waits leaves the queue. */
  'runs.stop': request(run, nothing),
  'runs.remove': request(run, nothing),
  /** Several runs key by key, with how each stands to the best. `metric`: by default what they were chosen by. */
  'runs.compare': request(
    project.extend({ runs: list(z.string(), { most: MOST_RUNS }), metric: z.enum(bestMetrics).optional() }),
    comparisonSchema,
  ),

  /** Sweeps and cross-validations, newest first. */
  'experiments.list': request(project, z.object({ experiments: z.array(experimentSchema) })),
  'experiments.get': request(experiment, experimentDetailSchema),
  /** Queues a run for each value of one setting of `config`. */
  'experiments.sweep': request(
    project.extend({
      config: runConfigSchema,
      key: z.string(),
      values: list(settingValueSchema, { most: MOST_RUNS }),
      name: z.string().max(120).optional(),
    }),
    experimentSchema,
  ),
  /** How the train and validation images would fall into folds. */
  'experiments.planFolds': request(project.extend({ folds, seed: foldSeed }), foldPlanSchema),
  /** Queues a run for each fold of the train and validation images. */
  'experiments.crossValidate': request(
    project.extend({ config: runConfigSchema, folds, seed: foldSeed, name: z.string().max(120).optional() }),
    experimentSchema,
  ),
  /** Two splits with equal shares and seed, one that leaks and one that does not. */
  'experiments.planLeak': request(project.extend(leakShares), leakPlanSchema),
  /** Queues a run on each of the two; both are evaluated on their test images. The current split stays as it is. */
  'experiments.leak': request(
    project.extend({ config: runConfigSchema, ...leakShares, name: z.string().max(120).optional() }),
    experimentSchema,
  ),
  'experiments.cases': request(experiment.extend(caseFilter), z.object({ cases: z.array(outOfFoldCaseSchema) })),
  'experiments.pause': request(experiment, nothing),
  'experiments.resume': request(experiment, nothing),
  /** With all its runs. */
  'experiments.remove': request(experiment, nothing),

  /** Without `testTimeViews`, as the configuration of the run says. */
  'evaluations.start': request(
    run.extend({
      split: z.enum(['validation', 'test']),
      testTimeViews: testTimeViewsSchema.optional(),
      /** Who opens the test set, as that person wants to be named. */
      by: personNameSchema.nullable().optional(),
    }),
    job,
  ),
  /** Every opening of a test set of this project, newest first. */
  'evaluations.openings': request(project, z.object({ openings: z.array(testOpeningSchema) })),
  'evaluations.get': request(run.extend({ split: z.enum(['validation', 'test']) }), evaluationSchema.nullable()),
  'evaluations.cases': request(
    run.extend({
      split: z.enum(['validation', 'test']),
      ...caseFilter,
    }),
    z.object({ cases: z.array(casePredictionSchema) }),
  ),
  /** Writes the HTML report of a run and answers with its resource id. */
  'evaluations.report': request(
    run.extend({ split: z.enum(['validation', 'test']) }),
    z.object({ resource: z.string() }),
  ),

  'predictions.start': request(
    run.extend({ grants, attention: z.boolean().default(true), testTimeViews: testTimeViewsSchema.optional() }),
    job,
  ),
  'predictions.list': request(job, z.object({ predictions: z.array(filePredictionSchema) })),
  'predictions.clear': request(job, nothing),

  'exports.start': request(run.extend({ format: exportFormatSchema, parent: z.string() }), job),
  'exports.result': request(
    job,
    z.object({
      folder: z.string(),
      files: z.array(z.object({ name: z.string(), bytes: z.number() })),
      parity: z.object({ maxProbabilityDifference: z.number(), agreement: z.number(), images: z.number().int() }),
      comparison: precisionComparisonSchema.nullable(),
    }),
  ),
  'exports.planDeidentified': request(project.extend({ options: deidentifiedOptionsSchema }), deidentifiedPlanSchema),
  /** `parent`: a grant of the folder that the new one is made in; null: the project's own exports. */
  'exports.deidentify': request(
    project.extend({ options: deidentifiedOptionsSchema, parent: z.string().nullable() }),
    job,
  ),
  'exports.deidentifyResult': request(job, deidentifiedResultSchema),
} as const;

/** What main tells every window, by name. */
export const events = {
  job: jobSchema,
  'run.progress': z.object({ project: z.string(), progress: runProgressSchema }),
  'run.log': z.object({ project: z.string(), run: z.string(), record: logRecordSchema }),
  /** Something in this project changed: screens ask again. */
  'project.changed': z.object({ project: z.string(), what: z.enum(['dataset', 'runs', 'evaluations', 'backbones']) }),
} as const;

export type RequestName = keyof typeof requests;
export type RequestInput<K extends RequestName> = z.input<(typeof requests)[K]['input']>;
export type RequestParsed<K extends RequestName> = z.output<(typeof requests)[K]['input']>;
export type RequestOutput<K extends RequestName> = z.output<(typeof requests)[K]['output']>;
export type EventName = keyof typeof events;
export type EventPayload<K extends EventName> = z.output<(typeof events)[K]>;
