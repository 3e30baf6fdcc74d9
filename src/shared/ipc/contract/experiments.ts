import { z } from 'zod';
import { binaryTaskSchema, curvesSchema } from '../../models/curves';
import { experimentDetailSchema, experimentSchema, foldPlanSchema, outOfFoldCaseSchema } from '../../models/experiment';
import { leakPlanSchema } from '../../models/leak';
import { list } from '../../models/list';
import { settingValueSchema } from '../../models/membership';
import { operatingMetricsSchema, thresholdFields } from '../../models/operating-point';
import { runConfigSchema } from '../../models/run-config';
import { command, query } from './entries';
import { caseFilter, experiment, foldSeed, folds, leakShares, MAX_RUNS, nothing, project } from './inputs';

export const experimentsRequests = {
  /** Newest first. */
  'experiments.list': query(project, z.object({ experiments: z.array(experimentSchema) }), { reads: ['runs'] }),
  'experiments.get': query(experiment, experimentDetailSchema, { reads: ['runs', 'evaluations'] }),
  /** Queues a run for each value of one setting of `config`. */
  'experiments.sweep': command(
    project.extend({
      config: runConfigSchema,
      key: z.string(),
      values: list(settingValueSchema, { max: MAX_RUNS }),
      name: z.string().max(120).optional(),
    }),
    experimentSchema,
    { changes: ['runs'] },
  ),
  /** Division of the train and validation images into folds. */
  'experiments.planFolds': query(project.extend({ folds, seed: foldSeed }), foldPlanSchema, {
    reads: ['images', 'labels', 'split', 'duplicates'],
  }),
  /** Queues a run for each fold of the train and validation images. */
  'experiments.crossValidate': command(
    project.extend({ config: runConfigSchema, folds, seed: foldSeed, name: z.string().max(120).optional() }),
    experimentSchema,
    { changes: ['runs'] },
  ),
  /** Two splits with equal shares and seed, one leaking and one not. */
  'experiments.planLeak': query(project.extend(leakShares), leakPlanSchema, {
    reads: ['images', 'labels', 'split', 'duplicates'],
  }),
  /** Queues a run on each of the two; both are evaluated on their test images. The current split stays unchanged. */
  'experiments.leak': command(
    project.extend({ config: runConfigSchema, ...leakShares, name: z.string().max(120).optional() }),
    experimentSchema,
    { changes: ['runs'] },
  ),
  'experiments.cases': query(experiment.extend(caseFilter), z.object({ cases: z.array(outOfFoldCaseSchema) }), {
    reads: ['labels', 'evaluations'],
  }),
  'experiments.curves': query(experiment.extend({ task: binaryTaskSchema }), curvesSchema, { reads: ['evaluations'] }),
  'experiments.threshold': query(experiment.extend(thresholdFields), operatingMetricsSchema.nullable(), {
    reads: ['evaluations'],
  }),
  'experiments.pause': command(experiment, nothing, { changes: ['runs'] }),
  'experiments.resume': command(experiment, nothing, { changes: ['runs'] }),
  /** Removes the experiment with all its runs. */
  'experiments.remove': command(experiment, nothing, { changes: ['runs', 'evaluations'] }),
} as const;
