import { settingText, withSetting } from '#shared/experiments/settings';
import { FoveaError } from '#shared/ipc/errors';
import type { Experiment, ExperimentDetail, FoldEvaluation, FoldPlan, OutOfFoldCase } from '#shared/models/experiment';
import type { LeakPlan } from '#shared/models/leak';
import type { Membership, SettingValue } from '#shared/models/membership';
import type { RunSummary } from '#shared/models/run';
import { runConfigSchema } from '#shared/models/run-config';
import type { Background } from '../background/background';
import type { Events } from '../core/events';
import type { Dataset } from '../dataset/dataset';
import type { OpenProject } from '../project/projects';
import { backboneName } from '../runs/run-book';
import type { NewRun } from '../runs/run-creation';
import type { RunConfigGiven } from '../runs/run-preview';
import type { Runs } from '../runs/runs';
import { dealFolds } from '../splits/folds';
import { dealLeak } from '../splits/leak-splits';
import { type Comparisons, MOST_COMPARED } from './comparisons';
import { type CaseFilter, passesFilter } from './evaluations';
import {
  experimentName,
  listExperiments,
  newExperimentId,
  readFoldEvaluation,
  readOutOfFoldCases,
  removeExperimentFolder,
  writeExperiment,
  writeFoldEvaluation,
} from './experiment-files';
import { poolFolds } from './fold-evaluation';
import { leakResult } from './leak-result';

export interface SweepRequest {
  readonly config: RunConfigGiven;
  /** Of the configuration; groups with dots. */
  readonly key: string;
  readonly values: readonly SettingValue[];
  readonly name?: string | undefined;
}

export interface FoldsRequest {
  readonly config: RunConfigGiven;
  readonly folds: number;
  /** Of the folds; the training has the configuration's. */
  readonly seed: number;
  readonly name?: string | undefined;
}

export interface LeakShares {
  readonly validation: number;
  readonly test: number;
  /** Of both splits; the training has the configuration's. */
  readonly seed: number;
}

export interface LeakRequest extends LeakShares {
  readonly config: RunConfigGiven;
  readonly name?: string | undefined;
}

export interface Experiments {
  /** Newest first. */
  list(project: OpenProject): Promise<Experiment[]>;
  /** With its runs side by side. Throws `experiment_unknown`. */
  get(project: OpenProject, id: string): Promise<ExperimentDetail>;
  /**
   * Queues a run for each value of one setting, all else and the seed alike; all of them or none. Throws
   * `sweep_values`, `sweep_setting`, and what starting a run throws.
   */
  sweep(project: OpenProject, request: SweepRequest): Promise<Experiment>;
  /** How the train and validation images would fall into folds. Throws `no_split`. */
  planFolds(project: OpenProject, folds: number, seed: number): FoldPlan;
  /**
   * Queues a run for each fold of the train and validation images: validated on it, trained on the others. Throws
   * `no_split`, `folds_not_possible`, and what starting a run throws.
   */
  crossValidate(project: OpenProject, request: FoldsRequest): Promise<Experiment>;
  /** The two splits that a leak is measured with. Throws `no_labels`. */
  planLeak(project: OpenProject, shares: LeakShares): LeakPlan;
  /**
   * Queues the same run on a split that leaks and on one that does not, both of all labelled images; each is evaluated
   * on its test images when it ends. Throws `no_labels`, `leak_not_possible`, and what starting a run throws.
   */
  measureLeak(project: OpenProject, request: LeakRequest): Promise<Experiment>;
  /** The folds of a cross-validation evaluated as one; null until all of them are. Throws `experiment_unknown`. */
  pooled(project: OpenProject, id: string): Promise<FoldEvaluation | null>;
  /** Predictions of every image by the model that was not trained on it. Throws `not_evaluated`. */
  cases(project: OpenProject, id: string, filter: CaseFilter): Promise<OutOfFoldCase[]>;
  /** Pauses what trains and what waits of it. */
  pause(project: OpenProject, id: string): Promise<void>;
  /** Queues what of it was paused or broke off. */
  resume(project: OpenProject, id: string): Promise<void>;
  /** Deletes it with all its runs. Throws `run_active`. */
  remove(project: OpenProject, id: string): Promise<void>;
  /** Waits until none of its runs is in this process's hands. */
  wait(project: OpenProject, id: string): Promise<ExperimentDetail>;
}

export function createExperiments(options: {
  readonly runs: Runs;
  readonly comparisons: Comparisons;
  readonly dataset: Pick<Dataset, 'classes'>;
  readonly events: Events;
  readonly background: Background;
}): Experiments {
  const { runs, comparisons, dataset, events, background } = options;

  /** Experiments whose runs are in the queue already and whose own file is not written yet. */
  const starting = new Set<string>();

  const list = async (project: OpenProject) => listExperiments(project, await runs.list(project), starting);

  const find = async (project: OpenProject, id: string): Promise<{ experiment: Experiment; members: RunSummary[] }> => {
    const all = await runs.list(project);
    const experiment = (await listExperiments(project, all, starting)).find((one) => one.id === id);
    if (experiment === undefined) {
      throw new FoveaError('experiment_unknown', `There is no experiment “${id}” in this project.`, {
        hint: 'List the experiments of the project to see their names.',
      });
    }
    const members = experiment.members.flatMap(({ run }) => all.find((one) => one.id === run) ?? []);
    return { experiment, members };
  };

  /** The k models' answers as one evaluation; made again where a fold was evaluated since. */
  const pooled = async (project: OpenProject, experiment: Experiment): Promise<FoldEvaluation | null> => {
    if (experiment.kind !== 'folds') return null;
    const known = await readFoldEvaluation(project, experiment.id);
    const found = await poolFolds(project, experiment, known, background);
    if (found === null || found === 'fresh') return found === null ? null : known;
    await writeFoldEvaluation(project, found.evaluation, found.cases);
    return found.evaluation;
  };

  const get = async (project: OpenProject, id: string): Promise<ExperimentDetail> => {
    const { experiment, members } = await find(project, id);
    return {
      experiment,
      runs: members,
      comparison:
        members.length < 2
          ? null
          : await comparisons.compare(
              project,
              members.map((member) => member.id),
            ),
      pooled: await pooled(project, experiment),
      leak: experiment.kind === 'leak' ? await leakResult(project, experiment, background) : null,
    };
  };

  const start = async <M extends Membership>(
    project: OpenProject,
    name: string | undefined,
    memberships: readonly M[],
    runOf: (membership: M, title: string) => NewRun,
    experimentOf: (common: { id: string; name: string; createdAt: string }, ids: readonly string[]) => Experiment,
  ): Promise<Experiment> => {
    const [first] = memberships;
    if (first === undefined) throw new Error('an experiment has runs');
    const backbone = backboneName(runOf(first, '').config.backbone);
    const title = name?.trim() || experimentName(first, backbone);
    starting.add(first.experiment);
    try {
      const started = await runs.startAll(
        project,
        memberships.map((membership) => ({ ...runOf(membership, title), experiment: membership })),
      );
      const common = { id: first.experiment, name: title, createdAt: new Date().toISOString() };
      const experiment = experimentOf(
        common,
        started.map(({ id }) => id),
      );
      await writeExperiment(project, experiment);
      events.emit('changed', { project: project.id, topics: ['runs'] });
      return experiment;
    } finally {
      starting.delete(first.experiment);
    }
  };

  // After the evaluation of a member: the last fold completes the whole.
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

    async sweep(project, { config: given, key, values, name }) {
      const config = runConfigSchema.parse(given);
      const distinct = [...new Set(values)];
      if (distinct.length < 2 || distinct.length > MOST_COMPARED) {
        throw new FoveaError('sweep_values', `A sweep takes 2 to ${MOST_COMPARED} different values.`, {
          hint: 'For the learning rate, 1e-5, 2e-5, 5e-5 and 1e-4 are usual.',
        });
      }
      const configs = new Map(
        distinct.map((value) => {
          const changed = withSetting(config, key, value);
          if (changed === null) {
            throw new FoveaError('sweep_setting', `The setting “${key}” cannot be ${settingText(value)}.`, {
              hint: 'Name a setting as a run’s config.json does, such as learningRate or augmentation.rotationDegrees.',
            });
          }
          return [value, changed] as const;
        }),
      );
      const experiment = newExperimentId(new Date(), 'sweep');
      return start(
        project,
        name,
        distinct.map((value) => ({ kind: 'sweep' as const, experiment, key, value })),
        ({ value }, title) => ({
          config: configs.get(value) ?? config,
          name: `${title}: ${settingText(value)}`,
        }),
        (common, ids) => ({
          ...common,
          kind: 'sweep',
          key,
          members: distinct.map((value, index) => ({ run: ids[index] ?? '', value })),
        }),
      );
    },

    planFolds: (project, folds, seed) => dealFolds(project, dataset.classes(project), folds, seed).plan,

    async crossValidate(project, { config, folds, seed, name }) {
      const { plan, samples } = dealFolds(project, dataset.classes(project), folds, seed);
      const problem = plan.problems[0];
      if (problem !== undefined) {
        throw new FoveaError('folds_not_possible', problem, {
          hint: plan.problems.slice(1).join(' ') || 'Put this right, then start again.',
        });
      }
      const experiment = newExperimentId(new Date(), 'folds');
      const numbers = samples.map((_, index) => index + 1);
      return start(
        project,
        name,
        numbers.map((fold) => ({ kind: 'folds' as const, experiment, fold, folds })),
        ({ fold }, title) => ({ config, name: `${title}: fold ${fold}`, samples: samples[fold - 1] ?? [] }),
        (common, ids) => ({
          ...common,
          kind: 'folds',
          folds,
          members: numbers.map((fold) => ({ run: ids[fold - 1] ?? '', fold })),
        }),
      );
    },

    planLeak: (project, shares) => dealLeak(project, dataset.classes(project), shares).plan,

    async measureLeak(project, { config, name, ...shares }) {
      const { plan, leaking, grouped, signOff } = dealLeak(project, dataset.classes(project), shares);
      const problem = plan.problems[0];
      if (problem !== undefined) {
        throw new FoveaError('leak_not_possible', problem, {
          hint: plan.problems.slice(1).join(' ') || 'Put this right, then start again.',
        });
      }
      const experiment = newExperimentId(new Date(), 'leak');
      const sides = [false, true];
      return start(
        project,
        name,
        sides.map((isGrouped) => ({ kind: 'leak' as const, experiment, grouped: isGrouped })),
        ({ grouped: isGrouped }, title) =>
          isGrouped
            ? { config, name: `${title}: grouped`, samples: grouped }
            : { config, name: `${title}: leaking`, samples: leaking, signOff },
        (common, ids) => ({
          ...common,
          kind: 'leak',
          members: sides.map((isGrouped, index) => ({ run: ids[index] ?? '', grouped: isGrouped })),
        }),
      );
    },
    pooled: async (project, id) => pooled(project, (await find(project, id)).experiment),

    async cases(project, id, filter) {
      const { experiment } = await find(project, id);
      if ((await pooled(project, experiment)) === null) {
        throw new FoveaError('not_evaluated', 'Not all folds of this experiment are evaluated yet.', {
          hint: 'Let its runs finish first.',
        });
      }
      return (await readOutOfFoldCases(project, id)).filter((entry) => passesFilter(entry, filter));
    },

    async pause(project, id) {
      const { members } = await find(project, id);
      // Those that wait first: none of them shall begin meanwhile.
      const active = members.filter((run) => runs.isActive(project, run.id));
      const ordered = active.sort((a, b) => Number(a.state === 'running') - Number(b.state === 'running'));
      for (const run of ordered) await runs.pause(project, run.id).catch(ignoreEnded);
    },

    async resume(project, id) {
      const { members } = await find(project, id);
      const left = members.filter((run) => run.resumable).sort((a, b) => a.queueOrder - b.queueOrder);
      for (const run of left) await runs.resume(project, run.id);
    },

    async remove(project, id) {
      const { members } = await find(project, id);
      if (
        members.some(({ id: run, state }) => state === 'running' || state === 'queued' || runs.isActive(project, run))
      ) {
        throw new FoveaError('run_active', 'A run of this experiment is training or waiting.', {
          hint: 'Stop or pause it first.',
        });
      }
      for (const run of members) await runs.remove(project, run.id);
      await removeExperimentFolder(project, id);
      events.emit('changed', { project: project.id, topics: ['runs'] });
    },

    async wait(project, id) {
      const { members } = await find(project, id);
      for (const run of members) await runs.wait(project, run.id);
      return get(project, id);
    },
  };
}

/** A run may end between the look at it and the word to it. */
function ignoreEnded(error: unknown): void {
  if (!(error instanceof FoveaError && error.code === 'run_not_active')) throw error;
}
