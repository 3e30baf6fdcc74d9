import { FoveaError } from '#shared/ipc/errors';
import type { BinaryTask, Curves } from '#shared/models/curves';
import type { Experiment, ExperimentDetail, FoldEvaluation, FoldPlan, OutOfFoldCase } from '#shared/models/experiment';
import type { LeakPlan } from '#shared/models/leak';
import type { OperatingMetrics } from '#shared/models/operating-point';
import type { RunSummary } from '#shared/models/run';
import type { Background } from '../background/background';
import type { Events } from '../core/events';
import type { Dataset } from '../dataset/dataset';
import type { Duplicates } from '../duplicates/duplicates';
import type { OpenProject } from '../project/projects';
import type { Runs } from '../runs/runs';
import { dealFolds } from '../splits/folds';
import { dealLeak } from '../splits/leak-splits';
import { type CaseFilter, filterCases } from './case-filter';
import type { Comparisons } from './comparisons';
import { type FoldsRequest, foldMembers } from './cross-validation';
import {
  listExperiments,
  readFoldEvaluation,
  readOutOfFoldCases,
  removeExperimentFolder,
  writeFoldEvaluation,
} from './experiment-files';
import { poolFolds } from './fold-evaluation';
import { type LeakRequest, type LeakShares, leakMembers } from './leak-measure';
import { leakResult } from './leak-result';
import { createMembersStart } from './start-members';
import { type SweepRequest, sweepMembers } from './sweep';
import { curvesOf, decisionsOf, type ThresholdChoice } from './task-results';

export interface Experiments {
  /** Newest first. */
  list(project: OpenProject): Promise<Experiment[]>;
  /** An experiment with a comparison of its runs. Throws `experiment_unknown`. */
  get(project: OpenProject, id: string): Promise<ExperimentDetail>;
  /**
   * Queues a run for each value of one setting, with all other settings and the seed equal; all runs or none. Throws
   * `sweep_values`, `sweep_setting`, and the errors of starting a run.
   */
  sweep(project: OpenProject, request: SweepRequest): Promise<Experiment>;
  /** Previews the folds of the train and validation images. Throws `no_split`. */
  planFolds(project: OpenProject, folds: number, seed: number): Promise<FoldPlan>;
  /**
   * Queues a run for each fold of the train and validation images: validated on it, trained on the others. Throws
   * `no_split`, `folds_not_possible`, and the errors of starting a run.
   */
  crossValidate(project: OpenProject, request: FoldsRequest): Promise<Experiment>;
  /** Previews the two splits of a leak measurement. Throws `no_labels`. */
  planLeak(project: OpenProject, shares: LeakShares): Promise<LeakPlan>;
  /**
   * Queues the same run on a leaking and on a grouped split, both of all labelled images; each run is evaluated on its
   * test images when it ends. Throws `no_labels`, `leak_not_possible`, and the errors of starting a run.
   */
  measureLeak(project: OpenProject, request: LeakRequest): Promise<Experiment>;
  /** Pooled evaluation of a cross-validation; null until all folds are evaluated. Throws `experiment_unknown`. */
  pooled(project: OpenProject, id: string): Promise<FoldEvaluation | null>;
  /** Predictions for every image by the model not trained on it. Throws `not_evaluated`. */
  cases(project: OpenProject, id: string, filter: CaseFilter): Promise<OutOfFoldCase[]>;
  /** How well the folds' models tell two groups of classes apart. Throws `not_evaluated` and `class_unknown`. */
  curves(project: OpenProject, id: string, task: BinaryTask): Promise<Curves>;
  /** What a threshold decides on the predictions of the folds' models. Throws `not_evaluated` and `class_unknown`. */
  threshold(project: OpenProject, id: string, choice: ThresholdChoice): Promise<OperatingMetrics | null>;
  /** Pauses its running and queued runs. */
  pause(project: OpenProject, id: string): Promise<void>;
  /** Requeues its paused and interrupted runs. */
  resume(project: OpenProject, id: string): Promise<void>;
  /** Deletes an experiment with all its runs. Throws `run_active`. */
  remove(project: OpenProject, id: string): Promise<void>;
  /** Waits until this process neither trains nor queues any of its runs. */
  wait(project: OpenProject, id: string): Promise<ExperimentDetail>;
}

export function createExperiments(options: {
  readonly runs: Runs;
  readonly comparisons: Comparisons;
  readonly dataset: Pick<Dataset, 'classes'>;
  readonly duplicates: Pick<Duplicates, 'search'>;
  readonly events: Events;
  readonly background: Background;
}): Experiments {
  const { runs, comparisons, dataset, duplicates, events, background } = options;

  // Folds and splits keep known duplicates together; unknown ones would be separated.
  const deal = async <Dealt>(project: OpenProject, from: (classes: readonly string[]) => Dealt): Promise<Dealt> => {
    await duplicates.search(project);
    return from(dataset.classes(project));
  };

  const members = createMembersStart({ runs });

  const list = async (project: OpenProject) => listExperiments(project, await runs.list(project), members.starting);

  const find = async (
    project: OpenProject,
    id: string,
  ): Promise<{ experiment: Experiment; memberRuns: RunSummary[] }> => {
    const all = await runs.list(project);
    const experiment = (await listExperiments(project, all, members.starting)).find((one) => one.id === id);
    if (experiment === undefined) throw unknownExperiment(id);
    const memberRuns = experiment.members.flatMap(({ run }) => all.find((one) => one.id === run) ?? []);
    return { experiment, memberRuns };
  };

  /** Pools the predictions of the k models, again if a fold was evaluated since. */
  const pooled = async (project: OpenProject, experiment: Experiment): Promise<FoldEvaluation | null> => {
    if (experiment.kind !== 'folds') return null;
    const known = await readFoldEvaluation(project, experiment.id);
    const found = await poolFolds(project, experiment, known, background);
    if (found === null || found === 'fresh') return found === null ? null : known;
    await writeFoldEvaluation(project, found.evaluation, found.cases);
    return found.evaluation;
  };

  const pooledCases = async (project: OpenProject, id: string): Promise<OutOfFoldCase[]> => {
    const { experiment } = await find(project, id);
    if ((await pooled(project, experiment)) === null) {
      throw new FoveaError('not_evaluated', 'Not all folds of this experiment are evaluated yet.', {
        hint: 'Let its runs finish first.',
      });
    }
    return readOutOfFoldCases(project, id);
  };

  const get = async (project: OpenProject, id: string): Promise<ExperimentDetail> => {
    const { experiment, memberRuns } = await find(project, id);
    return {
      experiment,
      runs: memberRuns,
      comparison: memberRuns.length < 2 ? null : await comparisons.compare(project, memberRuns.map(idOf)),
      pooled: await pooled(project, experiment),
      leak: experiment.kind === 'leak' ? await leakResult(project, experiment, background) : null,
    };
  };

  // Runs after the evaluation of a member: the last fold completes the pool.
  runs.onEnd(async (project, run) => {
    const membership = (await runs.get(project, run)).summary.experiment;
    if (membership?.kind !== 'folds') return;
    const { experiment } = await find(project, membership.experiment);
    if ((await pooled(project, experiment)) !== null) {
      events.emit('changed', { project: project.id, topics: ['evaluations'] });
    }
  });

  return {
    list,

    get,

    sweep: async (project, request) => members.start(project, request.name, sweepMembers(request)),

    planFolds: async (project, folds, seed) =>
      (await deal(project, (classes) => dealFolds(project, classes, folds, seed))).plan,

    async crossValidate(project, request) {
      const dealt = await deal(project, (classes) => dealFolds(project, classes, request.folds, request.seed));
      return members.start(project, request.name, foldMembers(request, dealt));
    },

    planLeak: async (project, shares) => (await deal(project, (classes) => dealLeak(project, classes, shares))).plan,

    async measureLeak(project, request) {
      const dealt = await deal(project, (classes) => dealLeak(project, classes, request));
      return members.start(project, request.name, leakMembers(request, dealt));
    },

    pooled: async (project, id) => pooled(project, (await find(project, id)).experiment),

    cases: async (project, id, filter) => filterCases(await pooledCases(project, id), filter),

    curves: async (project, id, task) => curvesOf(background, await pooledCases(project, id), task),

    threshold: async (project, id, choice) => decisionsOf(background, await pooledCases(project, id), choice),

    async pause(project, id) {
      const { memberRuns } = await find(project, id);
      for (const run of waitingFirst(memberRuns.filter(({ id: run }) => runs.isActive(project, run)))) {
        await runs.pause(project, run.id).catch(ignoreEnded);
      }
    },

    async resume(project, id) {
      const { memberRuns } = await find(project, id);
      const left = memberRuns.filter((run) => run.resumable).sort((a, b) => a.queueOrder - b.queueOrder);
      for (const run of left) await runs.resume(project, run.id);
    },

    async remove(project, id) {
      const { memberRuns } = await find(project, id);
      if (memberRuns.some((run) => isActive(run) || runs.isActive(project, run.id))) {
        throw new FoveaError('run_active', 'A run of this experiment is training or queued.', {
          hint: 'Stop or pause it first.',
        });
      }
      for (const run of memberRuns) await runs.remove(project, run.id);
      await removeExperimentFolder(project, id);
    },

    async wait(project, id) {
      const { memberRuns } = await find(project, id);
      for (const run of memberRuns) await runs.wait(project, run.id);
      return get(project, id);
    },
  };
}

/** A run may end between being listed and being paused. */
function ignoreEnded(error: unknown): void {
  if (!(error instanceof FoveaError && error.code === 'run_not_active')) throw error;
}

const idOf = ({ id }: RunSummary): string => id;

const isActive = ({ state }: RunSummary): boolean => state === 'running' || state === 'queued';

/** Queued runs first, so that none starts while the others are being paused. */
const waitingFirst = (active: readonly RunSummary[]): RunSummary[] =>
  [...active].sort((a, b) => Number(a.state === 'running') - Number(b.state === 'running'));

const unknownExperiment = (id: string): FoveaError =>
  new FoveaError('experiment_unknown', `There is no experiment “${id}” in this project.`, {
    hint: 'List the experiments of the project to see their names.',
  });
