import { z } from 'zod';
import { batchCheckSchema } from '../../models/batch-check';
import { comparisonSchema } from '../../models/comparison';
import { diagnosisSchema } from '../../models/diagnosis';
import { list } from '../../models/list';
import { logRecordSchema, runDetailSchema, runProgressSchema, runSummarySchema } from '../../models/run';
import { runCardsSchema } from '../../models/run-card';
import { bestMetrics, runConfigSchema } from '../../models/run-config';
import { runPreviewSchema } from '../../models/run-preview';
import { command, job, query } from './entries';
import { MAX_RUNS, nothing, project, run } from './inputs';

/** A project without a split gets the default one first: by patient, with duplicates kept together. */
const splitFirst = { splitFirst: z.boolean().default(false) };

export const runsRequests = {
  /** A learning rate test: one step at each of a hundred rates, from small to large, until the loss explodes. */
  'rates.find': job(
    project.extend({ config: runConfigSchema }),
    z.object({
      /** Name of the stage that was tested. */
      stage: z.string(),
      points: z.array(z.object({ learningRate: z.number(), loss: z.number(), smoothedLoss: z.number() })),
      /** The middle of the range in which the loss falls; null if no rate made it fall. */
      suggestion: z.number().nullable(),
    }),
    { phases: ['reading-images', 'reading-backbone', 'computing-features', 'trying-rates'], changes: [] },
  ),
  /** The first training batch of a configuration as the network gets it. */
  'runs.checkBatch': job(project.extend({ config: runConfigSchema }), batchCheckSchema, {
    phases: ['reading-images'],
    changes: [],
  }),
  /** Ready-made runs for the project's images on this computer. */
  'runs.cards': query(project, runCardsSchema, {
    reads: ['images', 'labels', 'split', 'duplicates', 'backbones', 'evaluations', 'settings'],
  }),
  /** Cost of a config, before the start. `problems` prevent the start; `warnings` do not. */
  'runs.preview': query(project.extend({ config: runConfigSchema, ...splitFirst }), runPreviewSchema, {
    reads: ['images', 'labels', 'split', 'duplicates', 'backbones'],
  }),
  'runs.list': query(project, z.object({ runs: z.array(runSummarySchema) }), { reads: ['runs', 'evaluations'] }),
  'runs.start': command(
    project.extend({ config: runConfigSchema, name: z.string().max(120).optional(), ...splitFirst }),
    runSummarySchema,
    { changes: ['runs', 'split'] },
  ),
  /** Trains more epochs from the best model of a run, as a new run with the same images, split and pipeline. */
  'runs.continue': command(
    run.extend({ epochs: z.number().int().min(1).max(10_000), name: z.string().max(120).optional() }),
    runSummarySchema,
    { changes: ['runs'] },
  ),
  'runs.get': query(run, runDetailSchema, { reads: ['runs', 'evaluations'] }),
  'runs.progress': query(run, runProgressSchema, { reads: ['runs'] }),
  /** The log from `after` on (0, or the `next` of a response), thinned to at most `limit` step records. */
  'runs.log': query(
    run.extend({ after: z.number().int().min(0), limit: z.number().int().max(20_000) }),
    z.object({ records: z.array(logRecordSchema), next: z.number().int() }),
    { reads: ['runs'] },
  ),
  /** The diagnosis of a run and next steps, following the guide's troubleshooting list. */
  'runs.diagnosis': query(run, diagnosisSchema.nullable(), { reads: ['runs'] }),
  'runs.pause': command(run, nothing, { changes: ['runs'] }),
  'runs.resume': command(run, runSummarySchema, { changes: ['runs'] }),
  /** Resumes all runs that were paused or interrupted by the end of Fovea, in their queue order. */
  'runs.resumeAll': command(project, z.object({ runs: z.array(runSummarySchema) }), { changes: ['runs'] }),
  /** Moves a queued run among the queued runs of its project. */
  'runs.move': command(run.extend({ to: z.enum(['up', 'down', 'front']) }), nothing, { changes: ['runs'] }),
  /** Ends the run at the next step and keeps its results; a queued run leaves the queue. */
  'runs.stop': command(run, nothing, { changes: ['runs'] }),
  'runs.remove': command(run, nothing, { changes: ['runs', 'evaluations'] }),
  /**
   * Compares several runs key by key, and each with the best. `metric` defaults to the one that they were selected by.
   */
  'runs.compare': query(
    project.extend({ runs: list(z.string(), { max: MAX_RUNS }), metric: z.enum(bestMetrics).optional() }),
    comparisonSchema,
    { reads: ['runs', 'evaluations'] },
  ),
} as const;
