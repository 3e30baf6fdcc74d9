import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import { type PrecisionComparison, precisions, precisionWarnings } from '#shared/models/precision';
import { augmentationSchema } from '#shared/models/run-config';
import { argmax } from '#shared/statistics/log-loss';
import { median } from '#shared/statistics/median';
import { type ModelFile, openModelFile } from '../../engine/backends/model-file';
import { exportInferenceOnnx } from '../../engine/export/inference-onnx';
import { makeTemporary } from '../../process/scratch';
import { makeBatch } from '../batches/batch-maker';
import { explainWriteError } from '../core/file-errors';
import type { ComparePrecisionsSpec } from '../core/protocol';
import { checkCancelled, type RequestContext } from '../core/request-context';
import { loadModel } from '../models/load-model';
import { writeBytesFile } from '../models/tensor-files';

/** Exports the trained model as fp32 and int8 into a temporary folder and runs both files on the given images. */
export async function comparePrecisions(
  spec: ComparePrecisionsSpec,
  context: RequestContext,
): Promise<PrecisionComparison> {
  const { config, parameters } = await loadModel(spec.modelFolder);
  const folder = await makeTemporary('fovea-precision');
  try {
    const files = { fp32: join(folder, 'fp32.onnx'), int8: join(folder, 'int8.onnx') };
    for (const precision of precisions) {
      const model = exportInferenceOnnx({ config, parameters, pipeline: spec.pipeline, precision });
      await writeBytesFile(files[precision], model);
    }
    return await compareFiles(files, spec, context);
  } catch (error) {
    throw explainWriteError(error, 'the models to compare');
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

/**
 * Runs both files on the same images, one image at a time, in turn. That is how exported files are used in practice,
 * and int8 rounds activations over all images of a batch: alone, a prediction depends only on its image.
 *
 * @throws FoveaError `empty_split`; `export_differs` if a file produces NaN or infinite values
 */
export async function compareFiles(
  files: Readonly<Record<'fp32' | 'int8', string>>,
  { samples, pipeline, threads }: Pick<ComparePrecisionsSpec, 'samples' | 'pipeline' | 'threads'>,
  context: RequestContext,
): Promise<PrecisionComparison> {
  if (samples.length === 0) {
    throw new FoveaError('empty_split', 'Comparing int8 with fp32 needs labelled images.', {
      hint: 'Create a split with validation images and train again.',
    });
  }
  const settings = { pipeline, augmentation: augmentationSchema.parse({ enabled: false }), seed: 0 };
  const shape = [1, 3, pipeline.height, pipeline.width];
  const opened: ModelFile[] = [];
  try {
    for (const precision of precisions) opened.push(await openModelFile(files[precision], threads));
    const [fp32, int8] = opened.map((file) => new Contender(file)) as [Contender, Contender];
    let maxProbabilityDifference = 0;
    let agreeing = 0;
    for (const [index, sample] of samples.entries()) {
      const { pixels } = makeBatch({ epoch: null, samples: [sample] }, settings);
      const feed = { pixel_values: { shape, data: pixels } };
      // The first run of a file allocates memory and says nothing about its speed.
      if (index === 0) for (const contender of [fp32, int8]) await contender.warmUp(feed);
      // The files alternate in going first.
      for (const contender of index % 2 === 0 ? [fp32, int8] : [int8, fp32]) await contender.run(feed, sample.label);
      if (argmax(fp32.last) === argmax(int8.last)) agreeing += 1;
      for (const [label, value] of fp32.last.entries()) {
        const difference = Math.abs(value - (int8.last[label] as number));
        maxProbabilityDifference = Math.max(maxProbabilityDifference, difference);
      }
      context.progress('comparing-precisions', index + 1, samples.length);
      await checkCancelled(context);
    }
    const images = samples.length;
    const measured = {
      images,
      fp32: { bytes: (await stat(files.fp32)).size, ...fp32.measured(images) },
      int8: { bytes: (await stat(files.int8)).size, ...int8.measured(images) },
      maxProbabilityDifference,
      agreement: agreeing / images,
    };
    return { ...measured, warnings: precisionWarnings(measured) };
  } finally {
    for (const file of opened) await file.dispose();
  }
}

type Feed = Parameters<ModelFile['run']>[0];

/** A model file with its times and its number of correct predictions. */
class Contender {
  /** Probabilities of the last image. */
  last: Float32Array = new Float32Array(0);
  private readonly file: ModelFile;
  private readonly milliseconds: number[] = [];
  private correct = 0;

  constructor(file: ModelFile) {
    this.file = file;
  }

  async warmUp(feed: Feed): Promise<void> {
    await this.file.run(feed);
  }

  async run(feed: Feed, label: number): Promise<void> {
    const started = performance.now();
    const outputs = await this.file.run(feed);
    this.milliseconds.push(performance.now() - started);
    const probabilities = outputs.get('probabilities')?.data;
    if (probabilities === undefined || !probabilities.every(Number.isFinite)) {
      throw new FoveaError('export_differs', 'The exported file produced NaN or infinite values.', {
        hint: 'Nothing was exported. Evaluate the run. If its results are correct, export fp32 and report this.',
      });
    }
    this.last = probabilities;
    if (argmax(probabilities) === label) this.correct += 1;
  }

  measured(images: number): { imagesPerSecond: number; accuracy: number } {
    return { imagesPerSecond: 1000 / median(this.milliseconds), accuracy: this.correct / images };
  }
}
