import { z } from 'zod';
import { binaryTaskSchema, curvesSchema } from '../../models/curves';
import {
  operatingMetricsSchema,
  operatingPointSchema,
  operatingRuleSchema,
  thresholdFields,
} from '../../models/operating-point';
import { casePredictionSchema, evaluationSchema, testOpeningSchema } from '../../models/run';
import { personNameSchema } from '../../models/sign-off';
import { testTimeViewsSchema } from '../../models/test-time';
import { command, job, query } from './entries';
import { caseFilter, evaluatedSplit, project, run } from './inputs';

export const evaluationsRequests = {
  /** `testTimeViews` defaults to the run's configuration. */
  'evaluations.evaluate': job(
    run.extend({
      split: evaluatedSplit,
      testTimeViews: testTimeViewsSchema.optional(),
      /** Who opens the test set, in the person's own spelling. */
      by: personNameSchema.nullable().optional(),
    }),
    evaluationSchema,
    { phases: ['reading-images', 'evaluating'], changes: ['evaluations'] },
  ),
  /** Every opening of a test set of this project, newest first. */
  'evaluations.openings': query(project, z.object({ openings: z.array(testOpeningSchema) }), {
    reads: ['runs', 'evaluations'],
  }),
  'evaluations.get': query(run.extend({ split: evaluatedSplit }), evaluationSchema.nullable(), {
    reads: ['images', 'duplicates', 'runs', 'evaluations'],
  }),
  'evaluations.cases': query(
    run.extend({
      split: evaluatedSplit,
      ...caseFilter,
    }),
    z.object({ cases: z.array(casePredictionSchema) }),
    { reads: ['labels', 'evaluations'] },
  ),
  /** ROC and precision-recall curve of two groups of classes. */
  'evaluations.curves': query(run.extend({ split: evaluatedSplit, task: binaryTaskSchema }), curvesSchema, {
    reads: ['evaluations'],
  }),
  /** What a threshold decides on evaluated images; null without an image of both groups. */
  'evaluations.threshold': query(
    run.extend({ split: evaluatedSplit, ...thresholdFields }),
    operatingMetricsSchema.nullable(),
    { reads: ['evaluations'] },
  ),
  /** The threshold that a rule chooses on the validation images; null if none fulfils it. */
  'evaluations.chooseThreshold': query(
    run.extend({ task: binaryTaskSchema, rule: operatingRuleSchema }),
    operatingMetricsSchema.nullable(),
    { reads: ['evaluations'] },
  ),
  /** Binds a run to the threshold that a rule chooses. */
  'evaluations.seal': command(
    run.extend({ task: binaryTaskSchema, rule: operatingRuleSchema, by: personNameSchema.nullable().default(null) }),
    operatingPointSchema,
    { changes: ['evaluations'] },
  ),
  'evaluations.operatingPoint': query(run, operatingPointSchema.nullable(), { reads: ['evaluations'] }),
  /** Writes the HTML report of an evaluation into the run's folder; `resource` is its resource id. */
  'evaluations.report': job(
    run.extend({ split: evaluatedSplit }),
    z.object({ resource: z.string(), file: z.string() }),
    { phases: ['reading-images', 'predicting', 'writing-report'], changes: [] },
  ),
} as const;
