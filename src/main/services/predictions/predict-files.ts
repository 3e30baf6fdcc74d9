import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { placeMaps } from '#shared/imaging/attention-overlay';
import type { Raster } from '#shared/imaging/raster';
import type { JobPhase } from '#shared/ipc/contract';
import { FoveaError } from '#shared/ipc/errors';
import type { DecodePool } from '../../decode-host/client';
import { cancelOnAbort } from '../../engine-host/client/cancel-on-abort';
import type { EngineClient } from '../../engine-host/client/client';
import type { TestTime } from '../../engine-host/core/protocol';
import { type RasterPlace, writeRasterFile } from '../../packs/place';
import { makeScratch } from '../../process/scratch';
import { toStoreError } from '../../store/errors';
import type { JobHandle } from '../core/jobs';
import { makeProjectFolders } from '../project/project-folders';
import { predictionsFolder, runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { testTimeOf } from '../results/test-time';
import { classifyWithRun, openRunModel, type RunModel } from '../run-records/run-model';
import { type Decoded, decodeAll } from './decode-files';
import { failedPrediction, type PredictedFile, toPrediction } from './predicted-file';
import { type GivenFile, givenFiles } from './prediction-files';
import type { PredictionMemory } from './prediction-memory';
import { writeOverlays } from './write-overlays';

export interface PredictOptions {
  /** Whether to compute attention maps too. */
  readonly attention: boolean;
  /** Folder for overlay PNGs, created if missing; implies `attention`. */
  readonly overlayFolder?: string;
  /** Overrides the run's configuration. */
  readonly testTimeViews?: number | undefined;
}

/** Files decoded and predicted at a time. */
const BATCH = 16;

export interface PredictServices {
  readonly engine: Pick<EngineClient, 'request'>;
  readonly pool: DecodePool;
  /** Keeps the pictures of predictions that a window may show. */
  readonly pictures: Pick<PredictionMemory, 'put'>;
}

/** Files to predict, and how. */
export interface PredictTask {
  readonly project: OpenProject;
  readonly run: string;
  /** Absolute paths of files and folders. */
  readonly paths: readonly string[];
  readonly options: PredictOptions;
  readonly job: JobHandle<JobPhase<'predictions.predict'>>;
  /** Receives the predictions one by one. */
  readonly predictions: PredictedFile[];
  /** Called after `predictions` has grown. */
  readonly onPredictions: () => void;
}

/** See `Predictions.start`. */
export async function predictFiles(services: PredictServices, task: PredictTask): Promise<void> {
  const { project, options, job, predictions } = task;
  const runModel = await openRunModel(runFolder(project.folder, task.run));
  const testTime = testTimeOf(runModel.record.config, options.testTimeViews);
  const files = await givenFiles(task.paths);
  if (files.length === 0) {
    throw new FoveaError('no_files', 'No files found.', {
      hint: 'Drop DICOM, PNG or JPEG files, or a folder that contains some.',
    });
  }
  const scratch = await makeRasterFolder(project);
  job.progress('predicting', 0, files.length);
  try {
    const { overlayFolder } = options;
    if (overlayFolder !== undefined) await mkdir(overlayFolder, { recursive: true }).catch(rethrowForPeople);
    const model = { ...runModel, testTime, scratch };
    for (let from = 0; from < files.length && !job.signal.aborted; from += BATCH) {
      await predictBatch(services, task, model, files.slice(from, from + BATCH));
      job.progress('predicting', predictions.length, files.length);
      task.onPredictions();
    }
  } catch (error) {
    // Cancelled within a batch: the earlier predictions are kept.
    if (!job.signal.aborted) throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true }).catch(() => {});
  }
}

interface Model extends RunModel {
  readonly testTime: TestTime | null;
  /** Temporary folder of rasters for the engine. */
  readonly scratch: string;
}

/** Adds a prediction for each file, in order. */
async function predictBatch(
  services: PredictServices,
  { options, job, predictions }: PredictTask,
  model: Model,
  batch: readonly GivenFile[],
): Promise<void> {
  const { pool, engine, pictures } = services;
  const { record, testTime, scratch } = model;
  const { overlayFolder } = options;
  const decoded = await decodeAll(pool, batch, record);
  const rasters = writeRasters(scratch, decoded);
  const attention = options.attention || overlayFolder !== undefined;
  const result =
    rasters.length === 0
      ? null
      : await classifyWithRun(model, { rasters, attention, testTime }, (spec) =>
          cancelOnAbort(engine.request('classify', spec), job.signal),
        );
  let place = 0;
  for (const one of decoded) {
    if (one.raster === null || result === null) {
      predictions.push(failedPrediction(one.file, testTime, one.error));
      continue;
    }
    const at = place++;
    const seen = result.attention[at];
    const maps = seen === undefined ? null : placeMaps(seen, one.raster, record.pipeline);
    const prediction = toPrediction(one.file, record, testTime, result, at, maps);
    pictures.put(prediction.id, { raster: one.raster, attention: maps });
    const file = { number: predictions.length + 1, name: one.file.name };
    const overlays =
      overlayFolder === undefined || maps === null
        ? null
        : await writeOverlays(pool, overlayFolder, file, one.raster, maps);
    predictions.push({ ...prediction, overlays });
  }
}

/** Writes rasters for the engine and returns their places. */
function writeRasters(folder: string, decoded: readonly Decoded[]): RasterPlace[] {
  const rasters = decoded.flatMap(({ raster }): Raster[] => (raster === null ? [] : [raster]));
  try {
    return rasters.map((raster, index) => writeRasterFile(join(folder, `${index}.raster`), raster));
  } catch (error) {
    return rethrowForPeople(error);
  }
}

/** Creates a temporary folder for rasters in the project's cache, so that no pixels are written elsewhere. */
async function makeRasterFolder(project: OpenProject): Promise<string> {
  try {
    const parent = predictionsFolder(project.folder);
    await makeProjectFolders(project.folder, parent);
    return await makeScratch(parent, 'job');
  } catch (error) {
    throw toStoreError(error);
  }
}

function rethrowForPeople(error: unknown): never {
  throw toStoreError(error);
}
