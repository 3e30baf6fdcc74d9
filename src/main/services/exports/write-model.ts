import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobPhase } from '#shared/ipc/contract';
import type { ExportFormat } from '#shared/models/export';
import type { PrecisionComparison } from '#shared/models/precision';
import type { RunRecord } from '#shared/models/run';
import { RESEARCH_USE } from '#shared/research-use';
import type { EngineClient } from '../../engine-host/client/client';
import type { Parity, Sample } from '../../engine-host/core/protocol';
import type { JobHandle } from '../core/jobs';
import { bestCheckpoint } from '../run-records/run-files';
import { classifyWithRun } from '../run-records/run-model';
import { requestEngine } from '../runs/engine-job';
import { compare } from './parity';

/** A model to export. */
export interface ModelToWrite {
  /** Folder of its run. */
  readonly source: string;
  readonly record: RunRecord;
  /** Images to compare it with the trained model on. */
  readonly samples: readonly Sample[];
  /** Target folder, which exists and is empty. */
  readonly folder: string;
  readonly format: ExportFormat;
}

type Engine = Pick<EngineClient, 'request'>;
type Job = JobHandle<JobPhase<'exports.write'>>;

const precisionOf = { onnx: 'fp32', 'onnx-int8': 'int8' } as const;
/** Files of a checkpoint that only training needs. */
const TRAINER_FILES = new Set(['trainer.json', 'optimizer.safetensors']);

/** Writes the files of the model and compares its predictions with those of the trained model. */
export async function writeModel(
  engine: Engine,
  model: ModelToWrite,
  job: Job,
): Promise<{ readonly parity: Parity; readonly comparison: PrecisionComparison | null }> {
  const { source, folder, record, samples, format } = model;
  job.progress(format === 'hf' ? 'copying-weights' : 'writing-onnx', 0, null);
  if (format === 'hf') return { parity: await writeHuggingFace(engine, model, job), comparison: null };
  return requestEngine(engine, job, 'exportOnnx', {
    modelFolder: bestCheckpoint(source),
    outFile: join(folder, 'model.onnx'),
    pipeline: record.pipeline,
    precision: precisionOf[format],
    samples,
    threads: record.config.threads,
  });
}

async function writeHuggingFace(
  engine: Engine,
  { source, folder, record, samples }: ModelToWrite,
  job: Job,
): Promise<Parity> {
  const rasters = samples.map(({ raster }) => raster);
  const best = bestCheckpoint(source);
  for (const entry of await readdir(best, { withFileTypes: true })) {
    if (entry.isFile() && !TRAINER_FILES.has(entry.name)) {
      await copyFile(join(best, entry.name), join(folder, entry.name));
    }
  }
  await markConfig(join(folder, 'config.json'));
  const probabilities = [];
  for (const [modelFolder, phase] of [
    [best, 'evaluating'],
    [folder, 'checking-export'],
  ] as const) {
    const result = await classifyWithRun(
      { folder: source, record },
      { modelFolder, device: 'cpu', rasters, attention: false, testTime: null },
      (spec) => requestEngine(engine, job, 'evaluate', spec, { phase, total: rasters.length }),
    );
    probabilities.push(result.probabilities);
  }
  const [trained = new Float32Array(), exported = new Float32Array()] = probabilities;
  return compare(trained, exported, record.classes.length);
}

/** Adds the research-use notice to the config. Hugging Face's readers keep unknown keys. */
async function markConfig(file: string): Promise<void> {
  const config: object = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, json({ ...config, research_use: RESEARCH_USE }));
}

/** JSON as written to the files of an export. */
export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
