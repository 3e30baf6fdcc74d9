import type { z } from 'zod';
import { pipelineHash } from '#shared/imaging/pipeline';
import { FoveaError, toErrorInfo } from '#shared/ipc/errors';
import type { LogRecord, RunDetail, RunProgress, RunRecord, RunSummary } from '#shared/models/run';
import type { RunConfig, runConfigSchema } from '#shared/models/run-config';
import { planSteps } from '#shared/training/plan';
import type { DecodePool } from '../decode-host/client';
import type { EngineCall, EngineClient } from '../engine-host/client';
import type { TrainResult } from '../engine-host/protocol';
import type { Dataset } from './dataset';
import type { Events } from './events';
import { lockRuns } from './project-lock';
import { cacheFolder, runFolder } from './project-paths';
import type { OpenProject } from './projects';
import { backboneName, findRun, listRuns, newSummary, removeRun, saveSummary } from './run-book';
import {
  createRunFolder,
  hasCheckpoint,
  hasModel,
  type RunSample,
  readRunRecord,
  readRunSamples,
  removeEvaluations,
} from './run-files';
import { readHistory, readRunLog, removeRunLog } from './run-log';
import { secondsByPace } from './run-pace';
import { type BackboneResolver, prepareRun, type RunPreview } from './run-preview';
import { ensureRasters } from './run-rasters';
import { hashSamples, samplesOf } from './run-samples';
import { epochChanges, failureChanges, newRunId, restingProgress, resultChanges, startNotes } from './run-states';

export type RunConfigGiven = z.input<typeof runConfigSchema>;

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
  /** Goes on from the last checkpoint, in the same folder. Throws `run_unknown`, `run_not_resumable`, `run_damaged`. */
  resume(project: OpenProject, run: string): Promise<RunSummary>;
  /** Saves a checkpoint after the present step and ends the run's hold on the engine. */
  pause(project: OpenProject, run: string): Promise<void>;
  /** Ends at the next step and keeps what there is. */
  stop(project: OpenProject, run: string): Promise<void>;
  list(project: OpenProject): Promise<RunSummary[]>;
  get(project: OpenProject, run: string): Promise<RunDetail>;
  progress(project: OpenProject, run: string): Promise<RunProgress>;
  log(project: OpenProject, run: string, after: number, limit: number): Promise<{ records: LogRecord[]; next: number }>;
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

/** A run in this process's hands. */
interface ActiveRun {
  readonly project: OpenProject;
  readonly release: () => void;
  readonly ended: Promise<void>;
  readonly markEnded: () => void;
  summary: RunSummary;
  progress: RunProgress;
  /** Once its record is read. */
  config: RunConfig | null;
  call: EngineCall<'train'> | null;
  /** Asked for before the engine had the run. */
  asked: 'pause' | 'stop' | null;
}

export function createRuns(options: RunsOptions): Runs {
  const { dataset, backbones, engine, pool, events } = options;
  const active = new Map<string, ActiveRun>();
  const queue: ActiveRun[] = [];
  const endListeners: RunEndListener[] = [];
  let working: ActiveRun | null = null;

  const key = (project: OpenProject, run: string): string => `${project.folder}\u0000${run}`;
  const isOurs = (project: OpenProject) => (run: string) => active.has(key(project, run));
  const find = (project: OpenProject, run: string) => findRun(project, run, isOurs(project));
  const services = { dataset, backbones, engine };

  const tell = (entry: ActiveRun): void =>
    events.emit('run.progress', { project: entry.project.id, progress: entry.progress });
  const changed = (project: OpenProject): void => events.emit('project.changed', { project: project.id, what: 'runs' });

  const update = async (entry: ActiveRun, changes: Partial<RunSummary>): Promise<void> => {
    entry.summary = await saveSummary(entry.project, { ...entry.summary, ...changes });
    entry.progress = { ...entry.progress, state: entry.summary.state };
    changed(entry.project);
  };

  const enqueue = (project: OpenProject, summary: RunSummary, release: () => void): RunSummary => {
    let markEnded = () => {};
    const ended = new Promise<void>((resolve) => {
      markEnded = resolve;
    });
    const entry: ActiveRun = {
      project,
      release,
      ended,
      markEnded,
      summary,
      progress: restingProgress(summary),
      config: null,
      call: null,
      asked: null,
    };
    active.set(key(project, summary.id), entry);
    queue.push(entry);
    changed(project);
    tell(entry);
    void advance();
    return summary;
  };

  const letGo = (entry: ActiveRun): void => {
    active.delete(key(entry.project, entry.summary.id));
    const { step, totalSteps } = entry.progress;
    entry.progress = { ...restingProgress(entry.summary), phase: 'done', step, totalSteps };
    entry.release();
    tell(entry);
    changed(entry.project);
    entry.markEnded();
  };

  const advance = async (): Promise<void> => {
    if (working !== null) return;
    const entry = queue.shift();
    if (entry === undefined) return;
    working = entry;
    try {
      await carryOut(entry);
    } catch (error) {
      options.onFailure?.('run', error);
      entry.summary = { ...entry.summary, state: 'failed', error: toErrorInfo(error) };
    } finally {
      working = null;
      letGo(entry);
    }
    void advance();
  };

  /** Trains one run to its end, whatever that is. */
  const carryOut = async (entry: ActiveRun): Promise<void> => {
    const { project } = entry;
    const before = entry.summary.seconds;
    const began = performance.now();
    const elapsed = () => before + (performance.now() - began) / 1000;
    let saving: Promise<void> = Promise.resolve();
    try {
      await update(entry, { state: 'running', finishedAt: null, error: null });
      const result = await train(entry, (record) => {
        if (record.kind !== 'epoch' || entry.config === null) return;
        const { bestMetric } = entry.config;
        const seconds = elapsed();
        saving = saving.then(() => update(entry, { ...epochChanges(record, bestMetric, entry.summary), seconds }));
        saving.catch(() => {});
      });
      await saving;
      await update(entry, { ...resultChanges(result, entry.summary), seconds: elapsed() });
    } catch (error) {
      await saving.catch(() => {});
      if (!(error instanceof FoveaError)) options.onFailure?.('train', error);
      await update(entry, { ...failureChanges(error, entry.asked), seconds: elapsed() });
    }
    const { state, id } = entry.summary;
    if ((state === 'finished' || state === 'stopped') && hasModel(runFolder(project.folder, id))) {
      entry.progress = { ...entry.progress, phase: 'evaluating', message: 'Evaluating on the validation images' };
      tell(entry);
      for (const listener of endListeners) {
        await listener(project, id).catch((error: unknown) => options.onFailure?.('run end', error));
      }
    }
  };

  const train = async (entry: ActiveRun, onLog: (record: LogRecord) => void): Promise<TrainResult> => {
    const { project, summary } = entry;
    const folder = runFolder(project.folder, summary.id);
    const record = await readRunRecord(folder);
    entry.config = record.config;
    const samples = await readRunSamples(folder);
    const resume = hasCheckpoint(folder);
    if (!resume) await removeRunLog(folder);
    const backbone = await backbones.resolve(record.config.backbone);
    const prepare = async (part: 'train' | 'validation') => {
      const images = samplesOf(samples, part);
      const rasters = await ensureRasters({
        project,
        dataset,
        pool,
        pipeline: record.pipeline,
        images,
        onProgress: (done, total) => {
          entry.progress = {
            ...entry.progress,
            phase: 'preparing',
            message: `Reading ${done} of ${total} images that are not in the cache`,
          };
          tell(entry);
        },
      });
      return images.map(({ image, label }, index) => ({ image, label, raster: rasters[index] ?? '' }));
    };
    const [trainSamples, validationSamples] = [await prepare('train'), await prepare('validation')];
    if (entry.asked !== null) throw new FoveaError(entry.asked, `The run was asked to ${entry.asked}.`);
    entry.call = engine.request(
      'train',
      {
        runFolder: folder,
        cacheFolder: cacheFolder(project.folder),
        config: record.config,
        classes: record.classes,
        backbone,
        pipeline: record.pipeline,
        train: trainSamples,
        validation: validationSamples,
        resume,
      },
      {
        onRunProgress: (progress) => {
          entry.progress = { ...progress, run: summary.id, state: 'running' };
          tell(entry);
        },
        onLog: (logged) => {
          onLog(logged);
          events.emit('run.log', { project: project.id, run: summary.id, record: logged });
        },
      },
    );
    return entry.call.result;
  };

  /** `pause` and `stop` of a run that trains or waits. */
  const control = async (project: OpenProject, run: string, action: 'pause' | 'stop'): Promise<void> => {
    const entry = active.get(key(project, run));
    if (entry === undefined) {
      const { state } = await find(project, run);
      if (action === 'stop' && state === 'paused') {
        await saveSummary(project, { ...(await find(project, run)), state: 'stopped' });
        changed(project);
        return;
      }
      throw new FoveaError('run_not_active', `This run is ${state}: there is nothing to ${action}.`);
    }
    entry.asked = action;
    const place = queue.indexOf(entry);
    if (place >= 0) {
      queue.splice(place, 1);
      await update(entry, { state: action === 'pause' ? 'paused' : 'stopped', finishedAt: new Date().toISOString() });
      letGo(entry);
      return;
    }
    entry.progress = {
      ...entry.progress,
      message: action === 'pause' ? 'Pausing: saving a checkpoint' : 'Stopping: saving a checkpoint',
    };
    tell(entry);
    entry.call?.control(action);
  };

  return {
    async preview(project, given) {
      const { preview } = await prepareRun(services, project, given);
      // What a run of this kind took here says more than a short measurement.
      return { ...preview, secondsEstimate: (await secondsByPace(project, preview.config)) ?? preview.secondsEstimate };
    },

    async start(project, given, name) {
      const prepared = await prepareRun(services, project, given);
      const { preview, estimate, pipeline, config, samples, classes } = prepared;
      const problem = preview.problems[0];
      if (problem !== undefined || estimate === null || pipeline === null) {
        throw new FoveaError('run_not_ready', problem ?? 'The backbone could not be read.', {
          hint: preview.problems.slice(1).join(' ') || 'Put this right, then start again.',
        });
      }
      const release = lockRuns(project);
      try {
        const at = new Date();
        const id = newRunId(at, config.preset);
        const parts = (part: RunSample['part']) => samplesOf(samples, part).length;
        const record: RunRecord = {
          id,
          createdAt: at.toISOString(),
          version: options.version,
          config,
          classes: [...classes],
          pipeline,
          hashes: {
            ...hashSamples(samples, classes),
            backbone: estimate.hash,
            pipeline: pipelineHash(pipeline),
          },
          counts: { train: parts('train'), validation: parts('validation'), test: parts('test') },
          parameters: estimate.parameters,
          trainableParameters: estimate.trainableParameters,
          notes: startNotes(given, config, samples, classes, estimate.pretrained),
        };
        const summary = newSummary(record, name?.trim() || `${backboneName(config.backbone)}, ${config.preset}`);
        await createRunFolder(runFolder(project.folder, id), record, samples, summary);
        return enqueue(project, await saveSummary(project, summary), release);
      } catch (error) {
        release();
        throw error;
      }
    },

    async resume(project, run) {
      const summary = await find(project, run);
      if (active.has(key(project, run))) {
        throw new FoveaError('run_active', 'This run is training or waiting already.');
      }
      if (!summary.resumable) {
        throw new FoveaError(
          'run_not_resumable',
          summary.state === 'finished'
            ? 'This run has finished: there is nothing left to train.'
            : 'This run saved no checkpoint to go on from.',
          { hint: 'Start a new run with the same configuration.' },
        );
      }
      const folder = runFolder(project.folder, run);
      await readRunRecord(folder);
      await readRunSamples(folder);
      const release = lockRuns(project);
      try {
        await removeEvaluations(folder);
        const queued = await saveSummary(project, { ...summary, state: 'queued', finishedAt: null, error: null });
        return enqueue(project, queued, release);
      } catch (error) {
        release();
        throw error;
      }
    },

    pause: (project, run) => control(project, run, 'pause'),
    stop: (project, run) => control(project, run, 'stop'),
    list: (project) => listRuns(project, isOurs(project)),

    async get(project, run) {
      const summary = await find(project, run);
      const folder = runFolder(project.folder, run);
      return { summary, record: await readRunRecord(folder), history: await readHistory(folder) };
    },

    async progress(project, run) {
      const live = active.get(key(project, run));
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

    async remove(project, run) {
      const { state } = await find(project, run);
      if (state === 'running' || state === 'queued') {
        throw new FoveaError('run_active', 'This run is training or waiting.', { hint: 'Stop it first.' });
      }
      await removeRun(project, run);
      changed(project);
    },

    async wait(project, run) {
      await active.get(key(project, run))?.ended;
      return find(project, run);
    },

    isActive: (project, run) => active.has(key(project, run)),
    onEnd: (listener) => {
      endListeners.push(listener);
    },

    async close() {
      const open = [...active.values()];
      for (const entry of open) {
        await control(entry.project, entry.summary.id, 'pause').catch(() => {});
      }
      await Promise.all(open.map((entry) => entry.ended));
    },
  };
}
