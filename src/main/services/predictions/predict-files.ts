import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeRaster, type Raster } from '#shared/imaging/raster';
import type { JobPhase } from '#shared/ipc/contract';
import { FoveaError } from '#shared/ipc/errors';
import type { RunRecord } from '#shared/models/run';
import type { DecodePool } from '../../decode-host/client';
import { cancelOnAbort } from '../../engine-host/client/cancel-on-abort';
import type { EngineClient } from '../../engine-host/client/client';
import type { ClassifyResult, ClassifySpec, TestTime } from '../../engine-host/core/protocol';
import { makeScratch } from '../../process/scratch';
import { toStoreError } from '../../store/errors';
import type { JobHandle } from '../core/jobs';
import { makeProjectFolders } from '../project/project-folders';
import { predictionsFolder, runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { testTimeOf } from '../results/test-time';
import { requireClasses, requireModel } from '../run-records/require-model';
import { bestCheckpoint, readRunRecord } from '../run-records/run-files';
import { type Decoded, decodeAll } from './decode-files';
import { type PredictedFile, refusal, toPrediction } from './predicted-file';
import { type GivenFile, givenFiles } from './prediction-files';
import type { PredictionMemory } from './prediction-memory';
import { writeOverlays } from './write-overlays';

export interface PredictOptions {
  /** Also answer where the model looked. */
  readonly attention: boolean;
  /** A folder for overlay PNGs, made where it is not there; asks for attention by itself. */
  readonly overlayFolder?: string;
  /** In place of what the run's configuration says. */
  readonly testTimeViews?: number | undefined;
}

/** Files that are decoded and answered in one go. */
const BATCH = 16;

export interface PredictServices {
  readonly engine: Pick<EngineClient, 'request'>;
  readonly pool: DecodePool;
  /** Keeps what a window may want to see of an answer. */
  readonly pictures: Pick<PredictionMemory, 'put'>;
}

/** Files that are to be predicted, and with what. */
export interface PredictTask {
  readonly project: OpenProject;
  readonly run: string;
  /** Absolute; folders too. */
  readonly paths: readonly string[];
  readonly options: PredictOptions;
  readonly job: JobHandle<JobPhase<'predictions.predict'>>;
  /** Takes the answers as they come. */
  readonly into: PredictedFile[];
  /** Called when there are more of them. */
  readonly onAnswers: () => void;
}

/** See `Predictions.start`. */
export async function predictFiles(services: PredictServices, task: PredictTask): Promise<void> {
  const { project, options, job, into } = task;
  const folder = runFolder(project.folder, task.run);
  const record = await readRunRecord(folder);
  requireModel(folder);
  const testTime = testTimeOf(record.config, options.testTimeViews);
  const files = await givenFiles(task.paths);
  if (files.length === 0) {
    throw new FoveaError('no_files', 'There is no file in what was given.', {
      hint: 'Drop DICOM, PNG or JPEG files, or a folder that has some.',
    });
  }
  const scratch = await makePlace(project);
  job.progress('predicting', 0, files.length);
  try {
    const { overlayFolder } = options;
    if (overlayFolder !== undefined) await mkdir(overlayFolder, { recursive: true }).catch(rethrowForPeople);
    const model = { record, folder, testTime, scratch };
    for (let from = 0; from < files.length && !job.signal.aborted; from += BATCH) {
      await predictBatch(services, task, model, files.slice(from, from + BATCH));
      job.progress('predicting', into.length, files.length);
      task.onAnswers();
    }
  } catch (error) {
    // Cancelled in the middle of a batch: what was answered before stands.
    if (!job.signal.aborted) throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true }).catch(() => {});
  }
}

interface Model {
  readonly record: RunRecord;
  /** Of the run. */
  readonly folder: string;
  readonly testTime: TestTime | null;
  /** For rasters on their way to the engine. */
  readonly scratch: string;
}

/** Adds an answer for each file, in order. */
async function predictBatch(
  services: PredictServices,
  { options, job, into }: PredictTask,
  model: Model,
  batch: readonly GivenFile[],
): Promise<void> {
  const { pool, engine, pictures } = services;
  const { record, testTime, scratch } = model;
  const { overlayFolder } = options;
  const decoded = await decodeAll(pool, batch, record);
  const rasters = await writeRasters(scratch, decoded);
  const attention = options.attention || overlayFolder !== undefined;
  const answer = rasters.length === 0 ? null : await classify(engine, model, rasters, attention, job);
  let place = 0;
  for (const one of decoded) {
    if (one.raster === null || answer === null) {
      into.push(refusal(one.file, testTime, one.error));
      continue;
    }
    const at = place++;
    const prediction = toPrediction(one.file, record, testTime, answer, at);
    const maps = answer.attention[at] ?? null;
    pictures.put(prediction.id, { raster: one.raster, attention: maps });
    const file = { number: into.length + 1, name: one.file.name };
    const overlays =
      overlayFolder === undefined || maps === null
        ? null
        : await writeOverlays(pool, overlayFolder, file, one.raster, maps);
    into.push({ ...prediction, overlays });
  }
}

/** For the engine, which reads them back; gives their paths. */
async function writeRasters(folder: string, decoded: readonly Decoded[]): Promise<string[]> {
  const rasters = decoded.flatMap(({ raster }): Raster[] => (raster === null ? [] : [raster]));
  const paths: string[] = [];
  for (const [index, raster] of rasters.entries()) {
    const path = join(folder, `${index}.raster`);
    await writeFile(path, encodeRaster(raster)).catch(rethrowForPeople);
    paths.push(path);
  }
  return paths;
}

async function classify(
  engine: Pick<EngineClient, 'request'>,
  { record, folder, testTime }: Model,
  rasters: readonly string[],
  attention: ClassifySpec['attention'],
  job: Pick<JobHandle, 'signal'>,
): Promise<ClassifyResult> {
  const call = engine.request('classify', {
    modelFolder: bestCheckpoint(folder),
    pipeline: record.pipeline,
    device: record.config.device,
    threads: record.config.threads,
    batchSize: record.config.evaluationBatchSize,
    rasters,
    attention,
    testTime,
  });
  const answer = await cancelOnAbort(call, job.signal);
  requireClasses(record.classes, answer.classes);
  return answer;
}

/** A place for rasters between decoder and engine, in the project's cache: pixels do not go elsewhere. */
async function makePlace(project: OpenProject): Promise<string> {
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
