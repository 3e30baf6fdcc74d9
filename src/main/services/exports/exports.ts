import { existsSync } from 'node:fs';
import { readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobPhase } from '#shared/ipc/contract';
import type { ExportFormat } from '#shared/models/export';
import type { PrecisionComparison } from '#shared/models/precision';
import { RESEARCH_USE } from '#shared/research-use';
import type { DecodePool } from '../../decode-host/client';
import { preprocessorConfig } from '../../engine/export/processor-config';
import type { EngineClient } from '../../engine-host/client/client';
import type { Parity } from '../../engine-host/core/protocol';
import { toStoreError } from '../../store/errors';
import type { JobHandle, Jobs, Started } from '../core/jobs';
import type { Dataset } from '../dataset/dataset';
import { withRasters } from '../dataset/raster-cache';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { readEvaluation, readRunSamples } from '../run-records/run-files';
import { openRunModel } from '../run-records/run-model';
import { samplesOf } from '../run-records/run-samples';
import type { Runs } from '../runs/runs';
import { modelCard } from './export-card';
import { type ExportTarget, finalFolder, makeIncoming } from './export-target';
import { requireParity } from './parity';
import { json, writeModel } from './write-model';

export interface ExportResult {
  readonly folder: string;
  readonly files: { readonly name: string; readonly bytes: number }[];
  readonly parity: Parity;
  /** For `onnx-int8`: the fp32 and int8 files compared on the validation images. */
  readonly comparison: PrecisionComparison | null;
}

export interface Exports {
  /**
   * Writes a model for other programs to a new folder, after checking it against the trained one. An int8 model is also
   * compared with its fp32 file on all validation images; the comparison warns if it is much worse. The job's result is
   * the `ExportResult`. Job errors: `run_unknown`, `no_model`, `run_damaged`, `folder_not_empty`, `export_differs`,
   * `disk_full`, `project_unwritable`, and those of the engine.
   */
  start(project: OpenProject, run: string, format: ExportFormat, target: ExportTarget): Started<'exports.write'>;
}

const PARITY_IMAGES = 64;
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
    const { record } = await openRunModel(source);
    const samples = await readRunSamples(source);
    const validation = samplesOf(samples, 'validation');
    const images = format === 'onnx-int8' ? validation : validation.slice(0, PARITY_IMAGES);
    job.progress('reading-images', 0, images.length);
    const prepared = await withRasters({
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
      const model = { source, record, samples: prepared, folder: temporary, format };
      const { parity, comparison } = await writeModel(engine, model, job);
      if (comparison === null) requireParity(parity);
      await writeFile(join(temporary, 'labels.json'), json({ classes: record.classes, research_use: RESEARCH_USE }));
      await writeFile(join(temporary, 'pipeline.json'), json({ ...record.pipeline, sha256: record.hashes.pipeline }));
      await writeFile(join(temporary, 'preprocessor_config.json'), json(preprocessorConfig(record.pipeline)));
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
      // Replaces an empty target folder; one filled meanwhile is kept, and the rename fails.
      if (existsSync(final)) await rmdir(final);
      await rename(temporary, final);
      return { folder: final, files: await listFiles(final), parity, comparison };
    } catch (error) {
      await rm(temporary, { recursive: true, force: true }).catch(() => {});
      throw toStoreError(error);
    }
  };

  return {
    start: (project, run, format, target) =>
      jobs.start('exports.write', { project: project.id, run }, (job) => write(project, run, format, target, job)),
  };
}

async function listFiles(folder: string): Promise<{ name: string; bytes: number }[]> {
  const names = (await readdir(folder)).sort();
  return Promise.all(names.map(async (name) => ({ name, bytes: (await stat(join(folder, name))).size })));
}

const onnxUsage =
  '`model.onnx` takes float32 `pixel_values` [batch, 3, height, width], prepared as below, and gives `logits` and `probabilities` [batch, classes]; its metadata contain classes and pipeline.';

const usage: Readonly<Record<ExportFormat, string>> = {
  hf: 'A Hugging Face folder: `AutoModelForImageClassification.from_pretrained(folder)`, or *Import backbone* in Fovea.',
  onnx: onnxUsage,
  'onnx-int8': `${onnxUsage} The linear layers of its blocks compute in int8 (ONNX standard operators, CPU). Activations are quantised per batch, so use one image at a time to make predictions independent of each other.`,
};
