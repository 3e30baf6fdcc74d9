import { FoveaError } from '#shared/ipc/errors';
import type { BinaryTask, Curves } from '#shared/models/curves';
import type { CasePrediction, Evaluation, TestOpening } from '#shared/models/run';
import { auditEntriesOf } from '../../store/audit';
import type { Jobs, Started } from '../core/jobs';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { type EvaluatedSplit, readCases, readEvaluation, readRunSamples } from '../run-records/run-files';
import type { Runs } from '../runs/runs';
import { type CaseFilter, filterCases } from './case-filter';
import { type EvaluateOptions, type EvaluateServices, evaluateRun, leaksOf, TEST_OPENED } from './evaluate-run';
import { curvesOf } from './task-results';

export interface Evaluations {
  /**
   * Evaluates the best checkpoint of a run on the images that were in a split when the run began. Returns the running
   * job if the same evaluation is already in progress. The job's result is the `Evaluation`. Each opening of the test
   * set is written to the audit trail. Job errors: `run_unknown`, `no_model`, `empty_split`, `run_damaged`,
   * `raster_missing`, `augmentation_off`, and those of the engine.
   */
  start(
    project: OpenProject,
    run: string,
    split: EvaluatedSplit,
    options?: EvaluateOptions,
  ): Started<'evaluations.evaluate'>;
  /** Null if this split was not evaluated yet. */
  get(project: OpenProject, run: string, split: EvaluatedSplit): Promise<Evaluation | null>;
  /** Cases that match a filter. Throws `not_evaluated`. */
  cases(project: OpenProject, run: string, split: EvaluatedSplit, filter: CaseFilter): Promise<CasePrediction[]>;
  /** How well two groups of classes are told apart. Throws `not_evaluated` and `class_unknown`. */
  curves(project: OpenProject, run: string, split: EvaluatedSplit, task: BinaryTask): Promise<Curves>;
  /** Every opening of a test set, newest first, with the current names of runs. */
  testOpenings(project: OpenProject): Promise<TestOpening[]>;
}

export function createEvaluations(
  options: EvaluateServices & { readonly runs: Pick<Runs, 'get' | 'list' | 'onEnd'>; readonly jobs: Jobs },
): Evaluations {
  const { runs, jobs } = options;

  /** The last job by project, run, split and number of views. */
  const started = new Map<string, Started<'evaluations.evaluate'>>();

  const start: Evaluations['start'] = (project, run, split, given = {}) => {
    const key = [project.id, run, split, given.testTimeViews ?? 'as configured'].join(' ');
    const last = started.get(key);
    if (last !== undefined && jobs.list().some(({ id, state }) => id === last.id && state === 'running')) return last;
    const job = jobs.start('evaluations.evaluate', { project: project.id, run, split }, async (handle) => {
      await runs.get(project, run);
      return evaluateRun(options, project, run, split, given, handle);
    });
    started.set(key, job);
    return job;
  };

  // A finished run is evaluated on the validation images at once; a person decides when to open the test set.
  runs.onEnd(async (project, run) => {
    await start(project, run, 'validation').result;
    // A leak is measured on test images; these openings are counted too.
    if ((await runs.get(project, run)).record.experiment?.kind === 'leak') {
      await start(project, run, 'test').result;
    }
  });

  const evaluatedCases = async (project: OpenProject, run: string, split: EvaluatedSplit) => {
    await runs.get(project, run);
    const folder = runFolder(project.folder, run);
    if ((await readEvaluation(folder, split)) === null) {
      throw new FoveaError('not_evaluated', `This run has not been evaluated on its ${split} images yet.`, {
        hint: 'Evaluate it first.',
      });
    }
    return readCases(folder, split);
  };

  return {
    start,
    async get(project, run, split) {
      const { record } = await runs.get(project, run);
      const folder = runFolder(project.folder, run);
      const evaluation = await readEvaluation(folder, split);
      if (evaluation === null) return null;
      // Leaks found later count too: Train and Evaluate must not disagree.
      return { ...evaluation, ...leaksOf(project, record, await readRunSamples(folder), 'now', evaluation.leaks) };
    },
    cases: async (project, run, split, filter) => filterCases(await evaluatedCases(project, run, split), filter),
    curves: async (project, run, split, task) =>
      curvesOf(options.background, await evaluatedCases(project, run, split), task),
    async testOpenings(project) {
      const names = new Map((await runs.list(project)).map(({ id, name }) => [id, name]));
      return auditEntriesOf(project.store, TEST_OPENED).map(({ at, detail }): TestOpening => {
        const run = String(detail['run']);
        const { by, images } = detail;
        return {
          at,
          run,
          runName: names.get(run) ?? null,
          by: typeof by === 'string' ? by : null,
          images: typeof images === 'number' ? images : 0,
        };
      });
    },
  };
}
