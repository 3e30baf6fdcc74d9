import { type ErrorInfo, FoveaError } from '#shared/ipc/errors';
import type { LogRecord } from '#shared/models/run';
import type { BestMetric, RunConfig } from '#shared/models/run-config';
import { rateMeter, secondsLeft } from '#shared/progress/rate-meter';
import { jobProgressText } from '#shared/text/job-text';
import type { DecodePool } from '../../decode-host/client';
import type { EngineClient } from '../../engine-host/client/client';
import type { BackboneSource, TrainResult } from '../../engine-host/core/protocol';
import type { Dataset } from '../dataset/dataset';
import { withRasters } from '../dataset/raster-cache';
import { cacheFolder, runFolder } from '../project/project-paths';
import { hasCheckpoint, hasSearch, readRunRecord, readRunSamples, startingWeights } from '../run-records/run-files';
import { removeRunLog } from '../run-records/run-log';
import { samplesOf } from '../run-records/run-samples';
import { dealRunFolds } from '../splits/run-folds';
import type { ActiveRun } from './active-run';
import { workOf } from './engine-job';
import type { BackboneResolver } from './run-preview';
import { usedDevice } from './used-device';

export interface TrainingServices {
  readonly dataset: Pick<Dataset, 'sourceFile'>;
  readonly backbones: BackboneResolver;
  readonly engine: Pick<EngineClient, 'request'>;
  readonly pool: DecodePool;
}

export interface TrainingListeners {
  /** `bestMetric`: that of the run's configuration. */
  readonly onLog: (record: LogRecord, bestMetric: BestMetric) => void;
  /** Receives the run's device before training starts. */
  readonly onDevice: (device: string) => Promise<void>;
  /** The run is stalled, with its state in memory, for this reason; null = it continues. */
  readonly onStall: (reason: ErrorInfo | null) => void;
}

/** Reads the run folder, prepares rasters missing from the cache, and has the engine train. */
export async function trainRun(
  { dataset, backbones, engine, pool }: TrainingServices,
  run: ActiveRun,
  { onLog, onDevice, onStall }: TrainingListeners,
): Promise<TrainResult> {
  const { project, summary } = run;
  const folder = runFolder(project.folder, summary.id);
  const record = await readRunRecord(folder);
  const samples = await readRunSamples(folder);
  const resume = hasCheckpoint(folder) || hasSearch(folder);
  if (!resume) await removeRunLog(folder);
  const backbone: BackboneSource =
    record.parent === null
      ? await backbones.resolve(record.config.backbone)
      : { kind: 'folder', folder: startingWeights(folder) };
  const imagesPerSecond = rateMeter(() => performance.now());
  const prepare = (split: 'train' | 'validation') =>
    withRasters({
      project,
      dataset,
      pool,
      pipeline: record.pipeline,
      images: samplesOf(samples, split),
      onProgress: (done, total) => {
        const perSecond = imagesPerSecond(split, done);
        run.report({
          phase: 'preparing',
          counted: { done, total },
          imagesPerSecond: perSecond,
          etaSeconds: secondsLeft(done, total, perSecond),
          message: `Reading ${split} images that are not in the cache`,
        });
      },
    });
  const fitted = [...samplesOf(samples, 'train'), ...samplesOf(samples, 'validation')];
  const [train, validation] = [await prepare('train'), await prepare('validation')];
  const { device, why } = await usedDevice(engine, record.config.device);
  await onDevice(device);
  run.report({ counted: null, imagesPerSecond: null, etaSeconds: null, message: null });
  if (run.requested !== null) throw new FoveaError(run.requested, `The run was asked to ${run.requested}.`);
  const call = engine.request(
    'train',
    {
      runFolder: folder,
      cacheFolder: cacheFolder(project.folder),
      config: { ...record.config, device },
      ...(why === null ? {} : { deviceChoice: why }),
      classes: record.classes,
      backbone,
      pipeline: record.pipeline,
      train,
      validation,
      ...(choosesByFolds(record.config) ? { folds: dealRunFolds(project, fitted, record.config.seed) } : {}),
      resume,
    },
    {
      onRunProgress: (progress) => run.report({ ...progress, run: summary.id, state: 'running' }),
      onTurn: (ahead) => {
        if (ahead.length === 0) return;
        const waiting = jobProgressText({ kind: 'waiting', behind: ahead.map((one) => workOf[one]) });
        const message = `${waiting.replace(/^w/, 'W')} to end`;
        run.report({ phase: 'waiting', message });
      },
      onLog: (line) => onLog(line, record.config.bestMetric),
      onStall,
    },
  );
  run.attach(call);
  return call.result;
}

/** Whether something of a run is chosen by a cross-validation of its images. */
const choosesByFolds = ({ preset, headSolver, headPenalty }: RunConfig): boolean =>
  preset === 'auto' || (headSolver === 'logistic' && headPenalty === null);
