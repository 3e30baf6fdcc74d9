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
import { requireClasses } from '../run-records/require-model';
import { bestCheckpoint } from '../run-records/run-files';
import { askEngine } from '../runs/engine-job';
import { compare } from './parity';

/** A model that is to be written for others. */
export interface ModelToWrite {
  /** The folder of its run. */
  readonly source: string;
  readonly record: RunRecord;
  /** On which it is compared with the trained one. */
  readonly samples: readonly Sample[];
  /** Is there, and empty. */
  readonly folder: string;
  readonly format: ExportFormat;
}

type Engine = Pick<EngineClient, 'request'>;
type Job = JobHandle<JobPhase<'exports.write'>>;

const precisionOf = { onnx: 'fp32', 'onnx-int8': 'int8' } as const;
/** Of a checkpoint, what the training needs and nobody else. */
const TRAINER_FILES = new Set(['trainer.json', 'optimizer.safetensors']);

/** Writes the files of the model and says how it answers beside the trained one. */
export async function writeModel(
  engine: Engine,
  model: ModelToWrite,
  job: Job,
): Promise<{ readonly parity: Parity; readonly comparison: PrecisionComparison | null }> {
  const { source, folder, record, samples, format } = model;
  job.progress(format === 'hf' ? 'copying-weights' : 'writing-onnx', 0, null);
  if (format === 'hf') return { parity: await writeHuggingFace(engine, model, job), comparison: null };
  return askEngine(engine, job, 'exportOnnx', {
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
  const answers = [];
  for (const [modelFolder, phase] of [
    [best, 'evaluating'],
    [folder, 'checking-export'],
  ] as const) {
    const spec = {
      modelFolder,
      pipeline: record.pipeline,
      device: 'cpu' as const,
      threads: record.config.threads,
      batchSize: record.config.evaluationBatchSize,
      rasters,
      attention: false,
      testTime: null,
    };
    const answer = await askEngine(engine, job, 'evaluate', spec, { phase, total: rasters.length });
    requireClasses(record.classes, answer.classes);
    answers.push(answer.probabilities);
  }
  return compare(answers[0] ?? new Float32Array(), answers[1] ?? new Float32Array(), record.classes.length);
}

/** Hugging Face's own readers keep keys of a config that they do not know. */
async function markConfig(file: string): Promise<void> {
  const config: object = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, json({ ...config, research_use: RESEARCH_USE }));
}

/** As files of an export have it. */
export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
