import { type ErrorInfo, FoveaError } from '#shared/ipc/errors';
import type { Diagnosis } from '#shared/models/diagnosis';
import { type LogRecord, type RunDetail, type RunProgress, type RunSummary, wasLeft } from '#shared/models/run';
import { planSteps } from '#shared/training/plan';
import type { DecodePool } from '../../decode-host/client';
import type { EngineClient } from '../../engine-host/client/client';
import type { Events } from '../core/events';
import type { Dataset } from '../dataset/dataset';
import { findDuplicates } from '../duplicates/duplicate-search';
import { lockRuns } from '../project/project-lock';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { hasModel, readRunRecord, readRunSamples, removeEvaluations } from '../run-records/run-files';
import { readHistory, readRunLog } from '../run-records/run-log';
import { findRun, listRuns, removeRun, saveSummary } from './run-book';
import { createRunFolders, type NewRun, requireReady } from './run-creation';
import { diagnoseRun } from './run-diagnosis';
import { secondsByPace } from './run-pace';
import {
  type BackboneResolver,
  type PreparedRun,
  prepareRun,
  type RunConfigGiven,
  type RunPreview,
} from './run-preview';
import { type ActiveRun, createRunQueue, type QueueMove } from './run-queue';
import { epochChanges, failureChanges, holdChanges, restingProgress, resultChanges } from './run-states';
import { trainRun } from './run-training';

/** Called when a run has a model and its training has ended; what it does still belongs to the run. */
export type RunEndListener = (project: OpenProject, run: string) => Promise<void>;

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
  const { dataset, backbones, engine, events } = options;
  const onFailure = options.onFailure ?? (() => {});
  const endListeners: RunEndListener[] = [];
  const queue = createRunQueue({ events, carryOut: (entry) => carryOut(entry), onFailure });
  const { update, tell } = queue;

  const isOurs = (project: OpenProject) => (run: string) => queue.find(project, run) !== undefined;
  /** Of a run in hand, what is in memory counts: a full disk may keep it from being written. */
  const present = (project: OpenProject, summary: RunSummary) => queue.find(project, summary.id)?.summary ?? summary;
  const find = async (project: OpenProject, run: string) =>
    present(project, await findRun(project, run, isOurs(project)));
  const list = async (project: OpenProject) =>
    (await listRuns(project, isOurs(project))).map((summary) => present(project, summary));
  const services = { dataset, backbones, engine };
  const changed = (project: OpenProject): void => events.emit('changed', { project: project.id, topics: ['runs'] });

  /** Trains one run to its end, whatever that is. */
  const carryOut = async (entry: ActiveRun): Promise<void> => {
    const { project } = entry;
    const before = entry.summary.seconds;
    const began = performance.now();
    let held = 0;
    let holdBegan: number | null = null;
    const elapsed = () => before + ((holdBegan ?? performance.now()) - began - held) / 1000;
    let saving: Promise<void> = Promise.resolve();
    try {
      entry.progress = { ...entry.progress, phase: 'preparing', message: null };
      await update(entry, { state: 'running', finishedAt: null, error: null });
      const onLog = (record: LogRecord) => {
        events.emit('run.log', { project: project.id, run: entry.summary.id, record });
        if (record.kind !== 'epoch' || entry.config === null) return;
        const { bestMetric } = entry.config;
        const seconds = elapsed();
        saving = saving.then(() => update(entry, { ...epochChanges(record, bestMetric, entry.summary), seconds }));
        saving.catch(() => {});
      };
      const onDevice = (device: string) => update(entry, { device });
      const onHold = (reason: ErrorInfo | null) => {
        if (reason === null && holdBegan !== null) held += performance.now() - holdBegan;
        holdBegan = reason === null ? null : (holdBegan ?? performance.now());
        saving = saving.then(() => update(entry, holdChanges(reason)));
        saving.catch(() => {});
        const message = reason === null ? null : `${reason.message} ${reason.hint ?? ''}`;
        entry.progress = { ...entry.progress, state: reason === null ? 'running' : 'paused', message };
        tell(entry);
      };
      const result = await trainRun(options, entry, { onLog, onDevice, onHold, onProgress: () => tell(entry) });
      await saving;
      await update(entry, { ...resultChanges(result, entry.summary), seconds: elapsed() });
    } catch (error) {
      await saving.catch(() => {});
      if (!(error instanceof FoveaError)) onFailure('train', error);
      await update(entry, { ...failureChanges(error, entry.asked), seconds: elapsed() });
    }
    if (entry.summary.state === 'paused' && entry.pausedBy !== null) await update(entry, { error: entry.pausedBy });
    const { state, id } = entry.summary;
    if ((state === 'finished' || state === 'stopped') && hasModel(runFolder(project.folder, id))) {
      entry.progress = { ...entry.progress, phase: 'evaluating', message: 'Evaluating on the validation images' };
      tell(entry);
      for (const listener of endListeners) {
        await listener(project, id).catch((error: unknown) => onFailure('run end', error));
      }
    }
  };

  /** For whoever shows a run that nobody has in hand as one that could go on. */
  const tellResting = (project: OpenProject, summary: RunSummary): void =>
    events.emit('run.progress', { project: project.id, progress: restingProgress(summary) });

  /** `pause` and `stop` of a run that trains or waits; a run that is paused can be stopped too. */
  const control = async (project: OpenProject, run: string, action: 'pause' | 'stop'): Promise<void> => {
    if (queue.find(project, run) !== undefined) return queue.control(project, run, action);
    const summary = await find(project, run);
    if (action === 'stop' && summary.state === 'paused') {
      tellResting(project, await saveSummary(project, { ...summary, state: 'stopped' }));
      changed(project);
      return;
    }
    if (summary.state === 'running' || summary.state === 'queued') {
      throw new FoveaError('run_elsewhere', 'Another window or command has this run in hand.', {
        hint: `To ${action} it, use that one.`,
      });
    }
    throw new FoveaError('run_not_active', `This run is ${summary.state}: there is nothing to ${action}.`);
  };

  const startAll = async (project: OpenProject, wanted: readonly NewRun[]): Promise<RunSummary[]> => {
    // A leak that is not known would not stop it: a project of an older version has not been searched yet.
    await findDuplicates(project, options.pool);
    const ready: { run: NewRun; prepared: PreparedRun }[] = [];
    for (const run of wanted) {
      const prepared = await prepareRun(services, project, run.config, run.samples);
      requireReady(prepared);
      ready.push({ run, prepared });
    }
    const locks = wanted.map(() => lockRuns(project));
    try {
      const summaries = await createRunFolders(project, options.version, ready);
      const queued: RunSummary[] = [];
      for (const summary of summaries)
        queued.push(await queue.add(project, summary, locks.shift() ?? lockRuns(project)));
      return queued;
    } finally {
      for (const lock of locks) lock.release();
    }
  };

  const resume = async (project: OpenProject, run: string): Promise<RunSummary> => {
    const active = queue.find(project, run);
    if (active?.summary.state === 'paused' && active.call !== null) {
      active.call.control('retry');
      return active.summary;
    }
    const summary = await find(project, run);
    if (active !== undefined) {
      throw new FoveaError('run_active', 'This run is training or waiting already.');
    }
    if (!summary.resumable) {
      throw new FoveaError('run_not_resumable', 'This run has finished: there is nothing left to train.', {
        hint: 'Start a new run with the same configuration.',
      });
    }
    const folder = runFolder(project.folder, run);
    await readRunRecord(folder);
    await readRunSamples(folder);
    const lock = lockRuns(project);
    await removeEvaluations(folder).catch((error: unknown) => {
      lock.release();
      throw error;
    });
    return queue.add(project, { ...summary, state: 'queued', finishedAt: null, error: null }, lock);
  };

  return {
    async preview(project, given) {
      const { preview } = await prepareRun(services, project, given);
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
        .filter((run) => run.resumable && wasLeft(run) && queue.find(project, run.id) === undefined)
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
      const summary = await find(project, run);
      const folder = runFolder(project.folder, run);
      const record = await readRunRecord(folder);
      return {
        ...restingProgress(summary),
        step: (await readHistory(folder)).at(-1)?.step ?? 0,
        totalSteps: planSteps(record.config, record.counts.train).totalSteps,
      };
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
        throw new FoveaError('run_active', 'This run is training or waiting.', { hint: 'Stop it first.' });
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
