import { FoveaError } from '#shared/ipc/errors';
import type { BinaryTask } from '#shared/models/curves';
import type { OperatingMetrics, OperatingPoint, OperatingRule } from '#shared/models/operating-point';
import { auditEntriesOf } from '../../store/audit';
import type { Background } from '../background/background';
import { audit } from '../project/audit';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { type EvaluatedSplit, readOperatingPoint, writeOperatingPoint } from '../run-records/run-files';
import type { Runs } from '../runs/runs';
import { TEST_OPENED } from './evaluate-run';
import type { Evaluations } from './evaluations';
import { packCases } from './packed-cases';
import { resultTasks } from './result-tasks';
import { checkTask, decisionsOf, type ThresholdChoice } from './task-results';

/** Audit trail entry for a sealed operating point. */
const SEALED = 'operating-point.seal';

export interface OperatingPoints {
  /**
   * What a threshold decides on evaluated images; with a prevalence, also for 1,000 patients of it. Null without an
   * image of both groups. Throws `not_evaluated` and `class_unknown`.
   */
  metrics(
    project: OpenProject,
    run: string,
    split: EvaluatedSplit,
    choice: ThresholdChoice,
  ): Promise<OperatingMetrics | null>;
  /** The threshold that a rule chooses on the validation images; null if none fulfils it. Throws like `metrics`. */
  choose(project: OpenProject, run: string, task: BinaryTask, rule: OperatingRule): Promise<OperatingMetrics | null>;
  /**
   * Binds the run to the threshold that a rule chooses on the validation images; the audit trail records it. Throws
   * like `choose`, and `no_threshold` if none fulfils the rule.
   */
  seal(
    project: OpenProject,
    run: string,
    choice: { readonly task: BinaryTask; readonly rule: OperatingRule; readonly by: string | null },
  ): Promise<OperatingPoint>;
  /** The point that the run is bound to; null without one. */
  get(project: OpenProject, run: string): Promise<OperatingPoint | null>;
}

export function createOperatingPoints(options: {
  readonly runs: Pick<Runs, 'get'>;
  readonly evaluations: Pick<Evaluations, 'get' | 'cases'>;
  readonly background: Background;
}): OperatingPoints {
  const { runs, evaluations, background } = options;

  const choose: OperatingPoints['choose'] = async (project, run, task, rule) => {
    const cases = await evaluations.cases(project, run, 'validation', {});
    checkTask(task, cases);
    return background(resultTasks.chooseThreshold, { cases: packCases(cases), task, rule });
  };

  return {
    metrics: async (project, run, split, choice) =>
      decisionsOf(background, await evaluations.cases(project, run, split, {}), choice),
    choose,
    async seal(project, run, { task, rule, by }) {
      const chosen = await choose(project, run, task, rule);
      if (chosen === null) {
        throw new FoveaError('no_threshold', 'No threshold fulfils this rule on the validation images.', {
          hint: 'Ask for less, or validate on more images of both groups.',
        });
      }
      const evaluation = await evaluations.get(project, run, 'validation');
      const testOpenings = auditEntriesOf(project.store, TEST_OPENED).filter(({ detail }) => detail['run'] === run);
      const point: OperatingPoint = {
        task,
        rule,
        threshold: chosen.threshold,
        chosen,
        evaluatedAt: evaluation?.evaluatedAt ?? '',
        sealedAt: new Date().toISOString(),
        by,
        testOpenings: testOpenings.length,
      };
      await writeOperatingPoint(runFolder(project.folder, run), point);
      const { threshold } = point;
      audit(project, SEALED, { run, task, rule, threshold, by, testOpenings: point.testOpenings });
      return point;
    },
    async get(project, run) {
      await runs.get(project, run);
      return readOperatingPoint(runFolder(project.folder, run));
    },
  };
}
