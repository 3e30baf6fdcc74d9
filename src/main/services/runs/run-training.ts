import { type ErrorInfo, FoveaError } from '#shared/ipc/errors';
import type { LogRecord } from '#shared/models/run';
import { rateMeter, secondsLeft } from '#shared/progress/rate-meter';
import { jobProgressText } from '#shared/text/job-text';
import type { DecodePool } from '../../decode-host/client';
import type { EngineClient } from '../../engine-host/client/client';
import type { TrainResult } from '../../engine-host/core/protocol';
import type { Dataset } from '../dataset/dataset';
import { withRasters } from '../dataset/raster-cache';
import { cacheFolder, runFolder } from '../project/project-paths';
import { hasCheckpoint, readRunRecord, readRunSamples } from '../run-records/run-files';
import { removeRunLog } from '../run-records/run-log';
import { samplesOf } from '../run-records/run-samples';
import { workOf } from './engine-job';
import type { BackboneResolver } from './run-preview';
import type { ActiveRun } from './run-queue';
import { usedDevice } from './used-device';

export interface TrainingServices {
  readonly dataset: Pick<Dataset, 'sourceFile'>;
  readonly backbones: BackboneResolver;
  readonly engine: Pick<EngineClient, 'request'>;
  readonly pool: DecodePool;
}

export interface TrainingListeners {
  readonly onLog: (record: LogRecord) => void;
  /** What the run computes on, before it begins. */
  readonly onDevice: (device: string) => Promise<void>;
  /** The run is held, its state in memory, for this reason; null = it goes on. */
  readonly onHold: (reason: ErrorInfo | null) => void;
  /** `entry.progress` has changed. */
  readonly onProgress: () => void;
}

/** Reads what a run folder says, makes the rasters that the cache lacks, and lets the engine train. */
export async function trainRun(
  { dataset, backbones, engine, pool }: TrainingServices,
  entry: ActiveRun,
  { onLog, onDevice, onHold, onProgress }: TrainingListeners,
): Promise<TrainResult> {
  const { project, summary } = entry;
  const folder = runFolder(project.folder, summary.id);
  const record = await readRunRecord(folder);
  entry.config = record.config;
  const samples = await readRunSamples(folder);
  const resume = hasCheckpoint(folder);
  if (!resume) await removeRunLog(folder);
  const backbone = await backbones.resolve(record.config.backbone);
  const imagesPerSecond = rateMeter(() => performance.now());
  const prepare = (part: 'train' | 'validation') =>
    withRasters({
      project,
      dataset,
      pool,
      pipeline: record.pipeline,
      images: samplesOf(samples, part),
      onProgress: (done, total) => {
        const perSecond = imagesPerSecond(part, done);
        entry.progress = {
          ...entry.progress,
          phase: 'preparing',
          counted: { done, total },
          imagesPerSecond: perSecond,
          etaSeconds: secondsLeft(done, total, perSecond),
          message: `Reading ${part} images that are not in the cache`,
        };
        onProgress();
      },
    });
  const [train, validation] = [await prepare('train'), await prepare('validation')];
  const { device, why } = await usedDevice(engine, record.config.device);
  await onDevice(device);
  entry.progress = { ...entry.progress, counted: null, imagesPerSecond: null, etaSeconds: null, message: null };
  if (entry.asked !== null) throw new FoveaError(entry.asked, `Request received: ${entry.asked}.`);
  entry.call = engine.request(
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
      resume,
    },
    {
      onRunProgress: (progress) => {
        entry.progress = { ...progress, run: summary.id, state: 'running' };
        onProgress();
      },
      onTurn: (before) => {
        if (before.length === 0) return;
        const waiting = jobProgressText({ kind: 'waiting', behind: before.map((one) => workOf[one]) });
        const message = `${waiting.replace(/^w/, 'W')} to end`;
        entry.progress = { ...entry.progress, phase: 'waiting', message };
        onProgress();
      },
      onLog,
      onHold,
    },
  );
  return entry.call.result;
}
