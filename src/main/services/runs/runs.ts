import { FoveaError } from '#shared/ipc/errors';
import type { Diagnosis } from '#shared/models/diagnosis';
import { type LogRecord, type RunDetail, type RunProgress, type RunSummary, wasSuspended } from '#shared/models/run';
import type { RunPreview } from '#shared/models/run-preview';
import { planSteps } from '#shared/training/plan';
import type { DecodePool } from '../../decode-host/client';
import type { EngineClient } from '../../engine-host/client/client';
import type { Events } from '../core/events';
import type { Dataset } from '../dataset/dataset';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { readRunRecord, readSearchState } from '../run-records/run-files';
import { readHistory, readRunLog } from '../run-records/run-log';
import { continueRun } from './continued-run';
import type { NewRun } from './run-creation';
import { diagnoseRun } from './run-diagnosis';
import { type BackboneResolver, previewRun, type RunConfigGiven } from './run-preview';
import { createRunQueue, type QueueMove } from './run-queue';
import { requeueRun, startRuns } from './run-start';
import { idleProgress } from './run-states';
import { findRun, listRuns, removeRun, saveSummary } from './run-store';
import { type RunEndListener, runToEnd } from './run-to-end';
import { withChanges } from './run-transitions';

export interface Runs {
  /**
   * Previews a configuration and its cost. Does not throw for an invalid configuration: see `problems`. `splitFirst`:
   * with the default split if the project has none.
   */
  preview(
    project: OpenProject,
    config: RunConfigGiven,
    options?: { readonly splitFirst?: boolean },
  ): Promise<RunPreview>;
  /**
   * Writes the run folder and queues the run; one run trains at a time. Throws `run_not_ready` with the first problem
   * of the preview, `project_busy`, `disk_full`, `project_unwritable`.
   */
  start(project: OpenProject, config: RunConfigGiven, name?: string): Promise<RunSummary>;
  /**
   * Starts a run of more epochs from the best model of another, with its images, split and pipeline. Throws
   * `run_unknown` and the errors of `continueRun` and `start`.
   */
  continue(project: OpenProject, run: string, epochs: number, name?: string): Promise<RunSummary>;
  /** Starts several runs, in order. All are checked first, and all are queued or none. */
  startAll(project: OpenProject, runs: readonly NewRun[]): Promise<RunSummary[]>;
  /**
   * Continues from the last checkpoint, in the same folder. Throws `run_unknown`, `run_not_resumable`, `run_damaged`.
   */
  resume(project: OpenProject, run: string): Promise<RunSummary>;
  /** Resumes, in queue order, the runs that were paused, or interrupted by the end of Fovea. */
  resumeAll(project: OpenProject): Promise<RunSummary[]>;
  /** Saves a checkpoint after the current step and frees the engine. */
  pause(project: OpenProject, run: string): Promise<void>;
  /** Moves a run among the queued runs of its project. Throws `run_not_waiting`. */
  move(project: OpenProject, run: string, to: QueueMove): Promise<void>;
  /** Ends after the current step and keeps the results; a queued run leaves the queue and keeps its settings. */
  stop(project: OpenProject, run: string): Promise<void>;
  list(project: OpenProject): Promise<RunSummary[]>;
  get(project: OpenProject, run: string): Promise<RunDetail>;
  progress(project: OpenProject, run: string): Promise<RunProgress>;
  log(project: OpenProject, run: string, after: number, limit: number): Promise<{ records: LogRecord[]; next: number }>;
  /** What went wrong and what to try next; null without a known problem. Throws `run_damaged`. */
  diagnosis(project: OpenProject, run: string): Promise<Diagnosis | null>;
  /** Deletes a run with its folder. Throws `run_active`. */
  remove(project: OpenProject, run: string): Promise<void>;
  /** Waits until this process has finished with the run (finished, paused, failed …), including its evaluation. */
  wait(project: OpenProject, run: string): Promise<RunSummary>;
  /** True while this process trains or queues the run. */
  isActive(project: OpenProject, run: string): boolean;
  onEnd(listener: RunEndListener): void;
  /** Pauses all runs and waits for their checkpoints, before the app closes. */
  close(): Promise<void>;
}

export interface RunsOptions {
  readonly dataset: Pick<Dataset, 'classes' | 'sourceFile'>;
  readonly backbones: BackboneResolver;
  readonly engine: Pick<EngineClient, 'request'>;
  readonly pool: DecodePool;
  readonly events: Events;
  /** Version of Fovea, for run records. */
  readonly version: string;
  /** Called with the runs that were queued. */
  readonly onStarted?: (runs: readonly RunSummary[]) => void;
  /** Receives unexpected errors. */
  readonly onFailure?: (what: string, error: unknown) => void;
}

export function createRuns(options: RunsOptions): Runs {
  const { events } = options;
  const onFailure = options.onFailure ?? (() => {});
  const endListeners: RunEndListener[] = [];
  const toEnd = { ...options, endListeners, onFailure };
  const queue = createRunQueue({ events, execute: (run) => runToEnd(toEnd, run), onFailure });

  const isOurs = (project: OpenProject) => (run: string) => queue.find(project, run) !== undefined;
  /** Prefers the summary in memory of an active run: a full disk may prevent writing it. */
  const present = (project: OpenProject, summary: RunSummary) => queue.find(project, summary.id)?.summary ?? summary;
  const find = async (project: OpenProject, run: string) =>
    present(project, await findRun(project, run, isOurs(project)));
  const list = async (project: OpenProject) =>
    (await listRuns(project, isOurs(project))).map((summary) => present(project, summary));

  /** Updates views that still show an inactive run as one that could continue. */
  const emitIdleProgress = (project: OpenProject, summary: RunSummary): void =>
    events.emit('run.progress', { project: project.id, progress: idleProgress(summary) });

  /** Pauses or stops a running or queued run; a paused run can be stopped too. */
  const control = async (project: OpenProject, run: string, action: 'pause' | 'stop'): Promise<void> => {
    if (queue.find(project, run) !== undefined) return queue.control(project, run, action);
    const summary = await find(project, run);
    if (action === 'stop' && summary.state === 'paused') {
      emitIdleProgress(project, await saveSummary(project, withChanges(summary, { state: 'stopped' })));
      return;
    }
    throw notActive(summary, action);
  };

  const startAll = async (project: OpenProject, wanted: readonly NewRun[]) => {
    const started = await startRuns(options, queue, project, wanted);
    options.onStarted?.(started);
    return started;
  };

  const startOne = async (project: OpenProject, run: NewRun): Promise<RunSummary> => {
    const [summary] = await startAll(project, [run]);
    if (summary === undefined) throw new Error('no run was started');
    return summary;
  };

  const resume = async (project: OpenProject, run: string): Promise<RunSummary> => {
    const active = queue.find(project, run);
    if (active?.isStalled === true) {
      active.retry();
      return active.summary;
    }
    const summary = await find(project, run);
    if (active !== undefined) throw new FoveaError('run_active', 'This run is already training or queued.');
    return requeueRun(queue, project, summary);
  };

  return {
    preview: async (project, config, { splitFirst = false } = {}) =>
      (await previewRun(options, project, config, { splitFirst })).preview,

    start: (project, config, name) => startOne(project, { config, name }),
    continue: async (project, run, epochs, name) =>
      startOne(project, await continueRun(project, await find(project, run), epochs, name)),
    startAll,
    resume,

    async resumeAll(project) {
      const left = (await list(project))
        .filter((run) => run.resumable && wasSuspended(run) && queue.find(project, run.id) === undefined)
        .sort((a, b) => a.queueOrder - b.queueOrder || a.createdAt.localeCompare(b.createdAt));
      const resumed: RunSummary[] = [];
      for (const run of left) resumed.push(await resume(project, run.id));
      return resumed;
    },

    move: (project, run, to) => queue.move(project, run, to),
    pause: (project, run) => control(project, run, 'pause'),
    stop: (project, run) => control(project, run, 'stop'),
    list,

    async get(project, run) {
      const summary = await find(project, run);
      const folder = runFolder(project.folder, run);
      const search = await readSearchState(folder);
      return {
        summary,
        record: await readRunRecord(folder),
        history: await readHistory(folder),
        search: search && { budgetSeconds: search.budgetSeconds, tried: search.tried, ended: search.ended },
      };
    },

    async progress(project, run) {
      const live = queue.find(project, run);
      if (live !== undefined) return live.progress;
      return storedProgress(project, await find(project, run));
    },

    async log(project, run, after, limit) {
      await find(project, run);
      return readRunLog(runFolder(project.folder, run), after, limit);
    },

    diagnosis: async (project, run) => diagnoseRun(project, await find(project, run)),

    async remove(project, run) {
      const summary = await find(project, run);
      const isActive =
        summary.state === 'running' || summary.state === 'queued' || queue.find(project, run) !== undefined;
      if (isActive) {
        throw new FoveaError('run_active', 'This run is training or queued.', { hint: 'Stop it first.' });
      }
      await removeRun(project, run);
      emitIdleProgress(project, { ...summary, state: 'stopped' });
    },

    async wait(project, run) {
      await queue.find(project, run)?.ended;
      return find(project, run);
    },

    isActive: (project, run) => queue.find(project, run) !== undefined,
    onEnd: (listener) => {
      endListeners.push(listener);
    },

    close: () => queue.close(),
  };
}

/** The progress of a run that is not active in this process. */
async function storedProgress(project: OpenProject, summary: RunSummary): Promise<RunProgress> {
  const folder = runFolder(project.folder, summary.id);
  const record = await readRunRecord(folder);
  return {
    ...idleProgress(summary),
    step: (await readHistory(folder)).at(-1)?.step ?? 0,
    totalSteps: planSteps(record.config, record.counts.train).totalSteps,
  };
}

/** The error for controlling a run that is not active in this process. */
function notActive({ state }: RunSummary, action: 'pause' | 'stop'): FoveaError {
  if (state === 'running' || state === 'queued') {
    return new FoveaError('run_elsewhere', 'Another window or command is using this run.', {
      hint: `Use that one to ${action} it.`,
    });
  }
  return new FoveaError('run_not_active', `This run is ${state}: there is nothing to ${action}.`);
}
