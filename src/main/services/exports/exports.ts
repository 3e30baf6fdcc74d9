import { existsSync } from 'node:fs';
import { copyFile, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { JobPhase } from '#shared/ipc/contract';
import { FoveaError } from '#shared/ipc/errors';
import type { ExportFormat } from '#shared/models/export';
import type { Precision, PrecisionComparison } from '#shared/models/precision';
import type { RunRecord } from '#shared/models/run';
import { RESEARCH_USE } from '#shared/research-use';
import { argmax } from '#shared/statistics/log-loss';
import type { DecodePool } from '../../decode-host/client';
import type { EngineClient } from '../../engine-host/client/client';
import type { ExportOnnxResult, Parity, Sample } from '../../engine-host/core/protocol';
import { INCOMING, makeScratch, sweepScratch } from '../../process/scratch';
import { toStoreError } from '../../store/errors';
import type { JobHandle, Jobs, Started } from '../core/jobs';
import { makeFolders } from '../core/make-folders';
import type { Dataset } from '../dataset/dataset';
import { ensureRasters } from '../dataset/raster-cache';
import { runFolder } from '../project/project-paths';
import { folderName, type OpenProject } from '../project/projects';
import { requireClasses, requireModel } from '../results/evaluations';
import { bestCheckpoint, readEvaluation, readRunRecord, readRunSamples } from '../run-records/run-files';
import { samplesOf } from '../run-records/run-samples';
import { askEngine } from '../runs/engine-job';
import type { Runs } from '../runs/runs';
import { modelCard } from './export-card';

export interface ExportResult {
  readonly folder: string;
  readonly files: { readonly name: string; readonly bytes: number }[];
  readonly parity: Parity;
  /** Of `onnx-int8`: both files of the model on the validation images. */
  readonly comparison: PrecisionComparison | null;
}

/** `parent`: a new folder is named in it. `folder`: that folder, which must be empty or not there yet. */
export type ExportTarget = { readonly parent: string } | { readonly folder: string };

export interface Exports {
  /**
   * Writes a model that others can load into a new folder, and checks it against the trained one before it appears. An
   * int8 model is also compared with its fp32 file on all validation images; where it is much worse, the comparison warns.
   * The job's result is the `ExportResult`. Job errors: `run_unknown`, `no_model`, `run_damaged`, `folder_not_empty`,
   * `export_differs`, `disk_full`, `project_unwritable`, the engine's.
   */
  start(project: OpenProject, run: string, format: ExportFormat, target: ExportTarget): Started<'exports.write'>;
}

const PARITY_IMAGES = 64;
const PARITY_LIMIT = 1e-4;
const precisionOf = { onnx: 'fp32', 'onnx-int8': 'int8' } as const;
/** Of a checkpoint, what the training needs and nobody else. */
const TRAINER_FILES = new Set(['trainer.json', 'optimizer.safetensors']);

export function createExports(options: {
  readonly runs: Pick<Runs, 'get'>;
  readonly dataset: Pick<Dataset, 'sourceFile'>;
  readonly engine: Pick<EngineClient, 'request'>;
  readonly pool: DecodePool;
  readonly jobs: Jobs;
}): Exports {
  const { runs, dataset, engine, pool, jobs } = options;

  const write = async (
    project: OpenProject,
    run: string,
    format: ExportFormat,
    target: ExportTarget,
    job: JobHandle<JobPhase<'exports.write'>>,
  ): Promise<ExportResult> => {
    const { summary } = await runs.get(project, run);
    const source = runFolder(project.folder, run);
    const record = await readRunRecord(source);
    requireModel(source);
    const samples = await readRunSamples(source);
    const validation = samplesOf(samples, 'validation');
    const images = format === 'onnx-int8' ? validation : validation.slice(0, PARITY_IMAGES);
    job.progress('reading-images', 0, images.length);
    const rasters = await ensureRasters({
      project,
      dataset,
      pool,
      pipeline: record.pipeline,
      images,
      signal: job.signal,
    });
    const final = await finalFolder(target, `${project.name} ${run} ${format}`);
    const temporary = await makeIncoming(final);
    try {
      job.progress(format === 'hf' ? 'copying-weights' : 'writing-onnx', 0, null);
      const { parity, comparison } =
        format === 'hf'
          ? { parity: await writeHuggingFace(source, temporary, record, rasters, job), comparison: null }
          : await writeOnnx(
              source,
              temporary,
              record,
              images.map(({ image, label }, index) => ({ image, label, raster: rasters[index] ?? '' })),
              precisionOf[format],
              job,
            );
      if (comparison === null) requireParity(parity);
      await writeFile(join(temporary, 'labels.json'), json({ classes: record.classes, research_use: RESEARCH_USE }));
      await writeFile(join(temporary, 'pipeline.json'), json({ ...record.pipeline, sha256: record.hashes.pipeline }));
      const evaluations = [await readEvaluation(source, 'test'), await readEvaluation(source, 'validation')];
      await writeFile(
        join(temporary, 'README.md'),
        modelCard({
          project: project.name,
          name: summary.name,
          record,
          evaluations: evaluations.flatMap((one) => one ?? []),
          usage: usage[format],
          comparison,
        }),
      );
      job.signal.throwIfAborted();
      // An empty folder that was given makes room; one that was filled meanwhile stays, and the rename fails.
      if (existsSync(final)) await rmdir(final);
      await rename(temporary, final);
      return { folder: final, files: await listFiles(final), parity, comparison };
    } catch (error) {
      await rm(temporary, { recursive: true, force: true }).catch(() => {});
      throw toStoreError(error);
    }
  };

  const writeOnnx = async (
    source: string,
    folder: string,
    record: RunRecord,
    samples: readonly Sample[],
    precision: Precision,
    job: JobHandle<JobPhase<'exports.write'>>,
  ): Promise<ExportOnnxResult> => {
    return askEngine(engine, job, 'exportOnnx', {
      modelFolder: bestCheckpoint(source),
      outFile: join(folder, 'model.onnx'),
      pipeline: record.pipeline,
      precision,
      samples,
      threads: record.config.threads,
    });
  };

  const writeHuggingFace = async (
    source: string,
    folder: string,
    record: RunRecord,
    rasters: readonly string[],
    job: JobHandle<JobPhase<'exports.write'>>,
  ): Promise<Parity> => {
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
  };

  return {
    start: (project, run, format, target) =>
      jobs.start('exports.write', { project: project.id, run }, (job) => write(project, run, format, target, job)),
  };
}

/** Largest difference of a probability, and the share of images with the same answer. */
export function compare(a: Float32Array, b: Float32Array, classes: number): Parity {
  const images = a.length / classes;
  let maxProbabilityDifference = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  let same = 0;
  for (let image = 0; image < images; image++) {
    const one = a.subarray(image * classes, (image + 1) * classes);
    const other = b.subarray(image * classes, (image + 1) * classes);
    if (argmax(one) === argmax(other)) same += 1;
    one.forEach((value, index) => {
      const difference = Math.abs(value - (other[index] ?? Number.NaN));
      maxProbabilityDifference = Number.isNaN(difference)
        ? Number.POSITIVE_INFINITY
        : Math.max(maxProbabilityDifference, difference);
    });
  }
  return { maxProbabilityDifference, agreement: images === 0 ? 0 : same / images, images };
}

function requireParity({ maxProbabilityDifference, agreement, images }: Parity): void {
  if (maxProbabilityDifference < PARITY_LIMIT && agreement === 1 && images > 0) return;
  throw new FoveaError(
    'export_differs',
    `The exported model does not match the trained model: probabilities differ by up to ${maxProbabilityDifference.toExponential(1)}, ${(agreement * 100).toFixed(1)} % of ${images} images have the same class.`,
    { hint: 'Nothing was exported. Evaluate the run again. If its results are correct, report this.' },
  );
}

/** Where an export goes. Throws `folder_not_empty`. */
export async function finalFolder(target: ExportTarget, name: string): Promise<string> {
  if ('folder' in target) {
    const present = await readdir(target.folder).catch(() => []);
    const isFile = (await stat(target.folder).catch(() => null))?.isDirectory() === false;
    if (isFile || present.length > 0) {
      throw new FoveaError('folder_not_empty', 'The export folder is not empty.', {
        hint: 'Choose a new or empty folder.',
      });
    }
    return target.folder.replace(/[/\\]+$/, '');
  }
  const base = join(target.parent, folderName(name).replaceAll(' ', '-'));
  for (let number = 1; ; number++) {
    const folder = number === 1 ? base : `${base}-${number}`;
    if (!existsSync(folder)) return folder;
  }
}

/** A folder beside the final one that is renamed to it when it is whole. What killed exports left there goes first. */
export async function makeIncoming(final: string): Promise<string> {
  const parent = dirname(final);
  try {
    await makeFolders(parent);
    await sweepScratch(parent, INCOMING);
    return await makeScratch(parent, INCOMING, 0o777);
  } catch (error) {
    throw toStoreError(error);
  }
}

async function listFiles(folder: string): Promise<{ name: string; bytes: number }[]> {
  const names = (await readdir(folder)).sort();
  return Promise.all(names.map(async (name) => ({ name, bytes: (await stat(join(folder, name))).size })));
}

/** Hugging Face's own readers keep keys of a config that they do not know. */
async function markConfig(file: string): Promise<void> {
  const config: object = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, json({ ...config, research_use: RESEARCH_USE }));
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const usage: Readonly<Record<ExportFormat, string>> = {
  hf: 'A Hugging Face folder: `AutoModelForImageClassification.from_pretrained(folder)`, or *Import backbone* in Fovea.',
  onnx: '`model.onnx` takes float32 `pixel_values` [batch, 3, height, width] and gives `logits` and `probabilities` [batch, classes]; its metadata contain classes and pipeline.',
  'onnx-int8':
    '`model.onnx` takes float32 `pixel_values` [batch, 3, height, width] and gives `logits` and `probabilities` [batch, classes]; its metadata contain classes and pipeline. The linear layers of its blocks compute in int8 (ONNX standard operators, CPU). Activations are quantised per batch, so use one image at a time to make predictions independent of each other.',
};
