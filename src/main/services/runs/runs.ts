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
import { readRunRecord } from '../run-records/run-files';
import { readHistory, readRunLog } from '../run-records/run-log';
import { findRun, listRuns, removeRun, saveSummary } from './run-book';
import type { NewRun } from './run-creation';
import { diagnoseRun } from './run-diagnosis';
import { secondsByPace } from './run-pace';
import { type BackboneResolver, prepareRun, type RunConfigGiven } from './run-preview';
import { createRunQueue, type QueueMove } from './run-queue';
import { requeueRun, startRuns } from './run-start';
import { restingProgress } from './run-states';
import { type RunEndListener, runToEnd } from './run-to-end';
import { withChanges } from './run-transitions';

export interface Runs {
  /** What a configuration would cost. Never throws for what is wrong with it: see `problems`. */
  preview(project: OpenProject, config: RunConfigGiven): Promise<RunPreview>;
  /**
   * Writes the run folder and puts the run in the queue: one trains at a time. Throws `run_not_ready` with the first
   * problem of the preview, `project_busy`, `disk_full`, `project_unwritable`.
   */
  start(project: OpenProject, config: RunConfigGiven, name?: string): Promise<RunSummary>;
  /** The same for runs that belong together: all are checked first, and all begin or none. In order. */
  startAll(project: OpenProject, runs: readonly NewRun[]): Promise<RunSummary[]>;
  /** Goes on from the last checkpoint, in the same folder. Throws `run_unknown`, `run_not_resumable`, `run_damaged`. */
  resume(project: OpenProject, run: string): Promise<RunSummary>;
  /** Resumes, in the order of their queue, the runs that were paused or that Fovea's own end left behind. */
  resumeAll(project: OpenProject): Promise<RunSummary[]>;
  /** Saves a checkpoint after the present step and ends the run's hold on the engine. */
  pause(project: OpenProject, run: string): Promise<void>;
  /** Gives a waiting run another place among the waiting runs of its project. Throws `run_not_waiting`. */
  move(project: OpenProject, run: string, to: QueueMove): Promise<void>;
  /** Ends at the next step and keeps what there is; a run that waits leaves the queue and keeps its settings. */
  stop(project: OpenProject, run: string): Promise<void>;
  list(project: OpenProject): Promise<RunSummary[]>;
  get(project: OpenProject, run: string): Promise<RunDetail>;
  progress(project: OpenProject, run: string): Promise<RunProgress>;
  log(project: OpenProject, run: string, after: number, limit: number): Promise<{ records: LogRecord[]; next: number }>;
  /** What went wrong and what to try next; null where there is nothing to say. Throws `run_damaged`. */
  diagnosis(project: OpenProject, run: string): Promise<Diagnosis | null>;
  /** Deletes a run with its folder. Throws `run_active`. */
  remove(project: OpenProject, run: string): Promise<void>;
  /** Waits until the run is out of this process's hands (finished, paused, failed …), evaluation included. */
  wait(project: OpenProject, run: string): Promise<RunSummary>;
  /** True while this process trains the run or has it in its queue. */
  isActive(project: OpenProject, run: string): boolean;
  onEnd(listener: RunEndListener): void;
  /** Pauses what trains and waits for its checkpoint: before the app closes. */
  close(): Promise<void>;
}

export interface RunsOptions {
  readonly dataset: Pick<Dataset, 'classes' | 'sourceFile'>;
  readonly backbones: BackboneResolver;
  readonly engine: Pick<EngineClient, 'request'>;
  readonly pool: DecodePool;
  readonly events: Events;
  /** Of Fovea, for the record. */
  readonly version: string;
  /** For what nobody expected. */
  readonly onFailure?: (what: string, error: unknown) => void;
}

export function createRuns(options: RunsOptions): Runs {
  const { events } = options;
  const onFailure = options.onFailure ?? (() => {});
  const endListeners: RunEndListener[] = [];
  const toEnd = { ...options, endListeners, onFailure };
  const queue = createRunQueue({ events, carryOut: (run) => runToEnd(toEnd, run), onFailure });

  const isOurs = (project: OpenProject) => (run: string) => queue.find(project, run) !== undefined;
  /** Of a run in hand, what is in memory counts: a full disk may keep it from being written. */
  const present = (project: OpenProject, summary: RunSummary) => queue.find(project, summary.id)?.summary ?? summary;
  const find = async (project: OpenProject, run: string) =>
    present(project, await findRun(project, run, isOurs(project)));
  const list = async (project: OpenProject) =>
    (await listRuns(project, isOurs(project))).map((summary) => present(project, summary));
  const changed = (project: OpenProject): void => events.emit('changed', { project: project.id, topics: ['runs'] });

  /** For whoever shows a run that nobody has in hand as one that could go on. */
  const tellResting = (project: OpenProject, summary: RunSummary): void =>
    events.emit('run.progress', { project: project.id, progress: restingProgress(summary) });

  /** `pause` and `stop` of a run that trains or waits; a run that is paused can be stopped too. */
  const control = async (project: OpenProject, run: string, action: 'pause' | 'stop'): Promise<void> => {
    if (queue.find(project, run) !== undefined) return queue.control(project, run, action);
    const summary = await find(project, run);
    if (action === 'stop' && summary.state === 'paused') {
      tellResting(project, await saveSummary(project, withChanges(summary, { state: 'stopped' })));
      changed(project);
      return;
    }
    throw notInHand(summary, action);
  };

  const startAll = (project: OpenProject, wanted: readonly NewRun[]) => startRuns(options, queue, project, wanted);

  const resume = async (project: OpenProject, run: string): Promise<RunSummary> => {
    const active = queue.find(project, run);
    if (active?.isHeld === true) {
      active.retry();
      return active.summary;
    }
    const summary = await find(project, run);
    if (active !== undefined) throw new FoveaError('run_active', 'This run is already training or queued.');
    return requeueRun(queue, project, summary);
  };

  return {
    async preview(project, given) {
      const { preview } = await prepareRun(options, project, given);
      // What a run of this kind took here says more than a short measurement.
      const byPace = await secondsByPace(project, preview.config, preview.device);
      return { ...preview, secondsEstimate: byPace ?? preview.secondsEstimate };
    },

    async start(project, config, name) {
      const [summary] = await startAll(project, [{ config, name }]);
      if (summary === undefined) throw new Error('one run was asked for');
      return summary;
    },
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
      return { summary, record: await readRunRecord(folder), history: await readHistory(folder) };
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
      const inHand =
        summary.state === 'running' || summary.state === 'queued' || queue.find(project, run) !== undefined;
      if (inHand) {
        throw new FoveaError('run_active', 'This run is training or queued.', { hint: 'Stop it first.' });
      }
      await removeRun(project, run);
      tellResting(project, { ...summary, state: 'stopped' });
      changed(project);
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

/** How far a run is that nobody here has in hand. */
async function storedProgress(project: OpenProject, summary: RunSummary): Promise<RunProgress> {
  const folder = runFolder(project.folder, summary.id);
  const record = await readRunRecord(folder);
  return {
    ...restingProgress(summary),
    step: (await readHistory(folder)).at(-1)?.step ?? 0,
    totalSteps: planSteps(record.config, record.counts.train).totalSteps,
  };
}

/** Why a run that this process does not have cannot be told anything. */
function notInHand({ state }: RunSummary, action: 'pause' | 'stop'): FoveaError {
  if (state === 'running' || state === 'queued') {
    return new FoveaError('run_elsewhere', 'Another window or command is using this run.', {
      hint: `Use that one to ${action} it.`,
    });
  }
  return new FoveaError('run_not_active', `This run is ${state}: there is nothing to ${action}.`);
}
