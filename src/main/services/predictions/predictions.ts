import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeRaster, type Raster } from '#shared/imaging/raster';
import type { JobPhase } from '#shared/ipc/contract';
import { FoveaError, toErrorInfo } from '#shared/ipc/errors';
import type { FilePrediction } from '#shared/models/prediction';
import type { RunRecord } from '#shared/models/run';
import { argmax } from '#shared/statistics/log-loss';
import type { DecodePool } from '../../decode-host/client';
import { cancelOnAbort } from '../../engine-host/client/cancel-on-abort';
import type { EngineClient } from '../../engine-host/client/client';
import type { AttentionMaps, ClassifyResult, ClassifySpec, TestTime } from '../../engine-host/core/protocol';
import { makeScratch } from '../../process/scratch';
import { toStoreError } from '../../store/errors';
import type { Events } from '../core/events';
import type { JobHandle, Jobs, Started } from '../core/jobs';
import { makeProjectFolders } from '../project/project-folders';
import { predictionsFolder, runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { requireClasses, requireModel } from '../results/evaluations';
import { testTimeOf } from '../results/test-time';
import { bestCheckpoint, readRunRecord } from '../run-records/run-files';
import type { Runs } from '../runs/runs';
import { type GivenFile, givenFiles } from './prediction-files';
import { PredictionMemory } from './prediction-memory';
import { lastLayerMean, overlayAttention } from './prediction-overlay';

/** An answer with where its file is, which does not leave main. */
export interface PredictedFile extends FilePrediction {
  readonly path: string;
  /** Overlay PNGs, where a folder for them was given. */
  readonly overlays: { readonly lastLayer: string; readonly rollout: string } | null;
}

export interface PredictOptions {
  /** Also answer where the model looked. */
  readonly attention: boolean;
  /** A folder for overlay PNGs, made where it is not there; asks for attention by itself. */
  readonly overlayFolder?: string;
  /** In place of what the run's configuration says. */
  readonly testTimeViews?: number | undefined;
}

export interface Predictions {
  /**
   * Answers for files and folders of files. The job's result is the list of answers; a file that cannot be read has
   * `ok: false` with the reason, and the others go on. Cancelling gives the answers so far. Job errors: `run_unknown`, `no_model`, `run_damaged`,
   * `pipeline_changed`, `pipeline_version`, `no_files`, `augmentation_off`, the engine's.
   */
  start(
    project: OpenProject,
    run: string,
    paths: readonly string[],
    options: PredictOptions,
  ): Started<'predictions.predict', { readonly predictions: PredictedFile[] }>;
  /** What is answered so far. Throws `job_unknown`. */
  list(job: string): PredictedFile[];
  /** The canonical raster that was answered for. Throws `not_found`. */
  image(prediction: string): Raster;
  /** CLS rows [layers, heads, gridHeight, gridWidth], then rollout [gridHeight, gridWidth]. Throws `not_found`. */
  attention(prediction: string): Float32Array;
  /** The maps by name. Throws `not_found`. */
  attentionMaps(prediction: string): AttentionMaps;
  clear(job: string): void;
}

/** Files that are decoded and answered in one go. */
const BATCH = 16;
const DECODES_AT_ONCE = 4;
const MEMORY_BYTES = 256 * 2 ** 20;
/** Jobs whose answers are kept. */
const KEPT_JOBS = 20;

export function createPredictions(options: {
  readonly runs: Pick<Runs, 'get'>;
  readonly engine: Pick<EngineClient, 'request'>;
  readonly pool: DecodePool;
  readonly jobs: Jobs;
  readonly events: Pick<Events, 'emit'>;
}): Predictions {
  const { runs, engine, pool, jobs, events } = options;
  const answers = new Map<string, PredictedFile[]>();
  const pictures = new PredictionMemory(MEMORY_BYTES);

  const predict = async (
    project: OpenProject,
    run: string,
    paths: readonly string[],
    { attention, overlayFolder, testTimeViews }: PredictOptions,
    job: JobHandle<JobPhase<'predictions.predict'>>,
    into: PredictedFile[],
  ): Promise<{ readonly predictions: PredictedFile[] }> => {
    await runs.get(project, run);
    const folder = runFolder(project.folder, run);
    const record = await readRunRecord(folder);
    requireModel(folder);
    const testTime = testTimeOf(record.config, testTimeViews);
    const files = await givenFiles(paths);
    if (files.length === 0) {
      throw new FoveaError('no_files', 'There is no file in what was given.', {
        hint: 'Drop DICOM, PNG or JPEG files, or a folder that has some.',
      });
    }
    const scratch = await makePlace(project);
    job.progress('predicting', 0, files.length);
    try {
      if (overlayFolder !== undefined) await mkdir(overlayFolder, { recursive: true }).catch(rethrowForPeople);
      for (let from = 0; from < files.length; from += BATCH) {
        if (job.signal.aborted) break;
        const batch = files.slice(from, from + BATCH);
        const decoded = await decodeAll(pool, batch, record);
        const good = decoded.flatMap((one) => (one.raster === null ? [] : [{ ...one, raster: one.raster }]));
        const rasters: string[] = [];
        for (const [index, { raster }] of good.entries()) {
          const path = join(scratch, `${index}.raster`);
          await writeFile(path, encodeRaster(raster)).catch(rethrowForPeople);
          rasters.push(path);
        }
        const answer =
          good.length === 0
            ? null
            : await classify(
                record,
                folder,
                rasters,
                { attention: attention || overlayFolder !== undefined, testTime },
                job,
              );
        let place = 0;
        for (const [index, one] of decoded.entries()) {
          if (one.raster === null || answer === null) {
            into.push(refusal(one.file, testTime, one.error));
            continue;
          }
          const at = place++;
          const prediction = toPrediction(one.file, record, testTime, answer, at);
          const maps = answer.attention[at] ?? null;
          pictures.put(prediction.id, { raster: one.raster, attention: maps });
          const overlays =
            overlayFolder === undefined || maps === null
              ? null
              : await writeOverlays(
                  overlayFolder,
                  `${String(from + index + 1).padStart(4, '0')}-${safeName(one.file.name)}`,
                  one.raster,
                  maps,
                );
          into.push({ ...prediction, overlays });
        }
        job.progress('predicting', into.length, files.length);
        events.emit('changed', { project: project.id, topics: ['predictions'] });
      }
      return { predictions: into };
    } catch (error) {
      // Cancelled in the middle of a batch: what was answered before stands.
      if (job.signal.aborted) return { predictions: into };
      throw error;
    } finally {
      await rm(scratch, { recursive: true, force: true }).catch(() => {});
    }
  };

  const classify = async (
    record: RunRecord,
    folder: string,
    rasters: readonly string[],
    how: Pick<ClassifySpec, 'attention' | 'testTime'>,
    job: Pick<JobHandle, 'signal'>,
  ): Promise<ClassifyResult> => {
    const call = engine.request('classify', {
      modelFolder: bestCheckpoint(folder),
      pipeline: record.pipeline,
      device: record.config.device,
      threads: record.config.threads,
      batchSize: record.config.evaluationBatchSize,
      rasters,
      ...how,
    });
    const answer = await cancelOnAbort(call, job.signal);
    requireClasses(record.classes, answer.classes);
    return answer;
  };

  const writeOverlays = async (
    folder: string,
    name: string,
    raster: Raster,
    maps: AttentionMaps,
  ): Promise<{ lastLayer: string; rollout: string }> => {
    const write = async (kind: string, map: Float32Array): Promise<string> => {
      const path = join(folder, `${name}-${kind}.png`);
      const png = await pool.encodePng(overlayAttention(raster, map, maps));
      await writeFile(path, png).catch(rethrowForPeople);
      return path;
    };
    return { lastLayer: await write('last-layer', lastLayerMean(maps)), rollout: await write('rollout', maps.rollout) };
  };

  const held = (prediction: string) => {
    const found = pictures.get(prediction);
    if (found === null) {
      throw new FoveaError('not_found', 'The picture of this answer is not in memory any more.', {
        hint: 'Predict the file again.',
      });
    }
    return found;
  };

  const clear = (job: string): void => {
    for (const { id } of answers.get(job) ?? []) pictures.delete(id);
    answers.delete(job);
  };

  const attentionMaps = (prediction: string): AttentionMaps => {
    const { attention } = held(prediction);
    if (attention === null) {
      throw new FoveaError('not_found', 'This answer was asked for without attention.', {
        hint: 'Predict the file again with attention.',
      });
    }
    return attention;
  };

  return {
    start(project, run, paths, predictOptions) {
      const into: PredictedFile[] = [];
      const job = jobs.start('predictions.predict', { project: project.id, run }, (handle) =>
        predict(project, run, paths, predictOptions, handle, into),
      );
      answers.set(job.id, into);
      for (const oldest of answers.keys()) {
        if (answers.size <= KEPT_JOBS) break;
        clear(oldest);
      }
      return job;
    },
    list(job) {
      const found = answers.get(job);
      if (found === undefined) {
        throw new FoveaError('job_unknown', 'These answers are not kept any more.', {
          hint: 'Predict the files again.',
        });
      }
      return [...found];
    },
    image: (prediction) => held(prediction).raster,
    attentionMaps,
    attention(prediction) {
      const { rows, rollout } = attentionMaps(prediction);
      const all = new Float32Array(rows.length + rollout.length);
      all.set(rows);
      all.set(rollout, rows.length);
      return all;
    },
    clear,
  };
}

interface Decoded {
  readonly file: GivenFile;
  readonly raster: Raster | null;
  readonly error: unknown;
}

async function decodeAll(pool: DecodePool, files: readonly GivenFile[], { pipeline }: RunRecord): Promise<Decoded[]> {
  const decoded = new Array<Decoded>(files.length);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < files.length; index = next++) {
      const file = files[index];
      if (file === undefined) return;
      try {
        if (file.refusal !== null) throw new FoveaError(file.refusal.code, file.refusal.message);
        const { raster } = await pool.ingest({
          path: file.path,
          intensity: pipeline.intensity,
          shortSide: pipeline.canonicalShortSide,
          crop: pipeline.crop,
          pixels: pipeline.pixels,
          wideSamples: pipeline.wideSamples,
        });
        decoded[index] = { file, raster, error: null };
      } catch (error) {
        decoded[index] = { file, raster: null, error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(DECODES_AT_ONCE, files.length) }, work));
  return decoded;
}

function refusal({ path, name }: GivenFile, testTime: TestTime | null, error: unknown): PredictedFile {
  const { code, message } = toErrorInfo(error);
  return {
    id: randomUUID(),
    path,
    name,
    ok: false,
    label: null,
    confidence: null,
    testTimeViews: testTime?.views ?? 0,
    probabilities: [],
    attention: null,
    overlays: null,
    error: { code, message },
  };
}

function toPrediction(
  file: GivenFile,
  record: RunRecord,
  testTime: TestTime | null,
  answer: ClassifyResult,
  at: number,
): PredictedFile {
  const { path, name } = file;
  const size = record.classes.length;
  const row = answer.probabilities.subarray(at * size, (at + 1) * size);
  if (!row.every(Number.isFinite)) {
    const broken = new FoveaError('model_broken', 'The model produced NaN or infinite values.');
    return refusal(file, testTime, broken);
  }
  const best = argmax(row);
  const maps = answer.attention[at];
  return {
    id: randomUUID(),
    path,
    name,
    ok: true,
    label: record.classes[best] ?? null,
    confidence: row[best] ?? null,
    testTimeViews: testTime?.views ?? 0,
    probabilities: record.classes.map((label, index) => ({ label, probability: row[index] ?? 0 })),
    attention:
      maps === undefined
        ? null
        : { layers: maps.layers, heads: maps.heads, gridHeight: maps.gridHeight, gridWidth: maps.gridWidth },
    overlays: null,
    error: null,
  };
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

/** The last part of a file's name without what file systems refuse; the number before it keeps names apart. */
function safeName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  return (
    last
      .replace(/\.[^.]{1,5}$/, '')
      .replace(/[^\p{L}\p{N}_-]+/gu, '-')
      .slice(0, 80) || 'image'
  );
}
