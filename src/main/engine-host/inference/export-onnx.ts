import { rename, rm } from 'node:fs/promises';
import { createRandom } from '#shared/imaging/random';
import { FoveaError } from '#shared/ipc/errors';
import type { Precision } from '#shared/models/precision';
import { augmentationSchema } from '#shared/models/run-config';
import { argmax } from '#shared/statistics/log-loss';
import { softmaxRows } from '#shared/statistics/softmax';
import { openModelFile } from '../../engine/backends/model-file';
import { exportInferenceOnnx } from '../../engine/export/inference-onnx';
import { createClassifier } from '../../engine/train/classifier';
import type { Batch } from '../../engine/train/session';
import type { VitConfig } from '../../engine/vit/config';
import { inOrder } from '../batches/batch-source';
import { batchesHere } from '../batches/loader';
import { explainWriteError } from '../core/file-errors';
import type { ExportOnnxResult, ExportOnnxSpec, Parity, Sample } from '../core/protocol';
import { checkCancelled, type RequestContext } from '../core/request-context';
import { loadModel } from '../models/load-model';
import { writeBytesFile } from '../models/tensor-files';
import { compareFiles } from './compare-precisions';

/** Maximum difference between the probabilities of the export and the trained model. */
const TOLERANCE = 1e-4;
const BATCH = 4;
/** Images used to compare the file with the trained model, at most. */
const PARITY_IMAGES = 64;

/** Input for a check without images: noise still reveals a wrong graph. */
function noise(config: VitConfig): Batch[] {
  const random = createRandom(1);
  const pixels = Float32Array.from({ length: BATCH * 3 * config.imageSize ** 2 }, () => random.uniform(-1, 1));
  return [{ pixels, labels: new Int32Array(BATCH), count: BATCH }];
}

/**
 * Writes the trained model as one ONNX file and compares it with the model on real images. A file that differs is
 * deleted. For int8, the fp32 file is written and checked first; then both files are run on all labelled images, and
 * the int8 file is kept whatever the outcome: a person judges it.
 *
 * @throws FoveaError `export_differs`, `export-too-large`, `disk_full`, `empty_split`, and the errors of `loadModel`
 */
export async function exportOnnx(spec: ExportOnnxSpec, context: RequestContext): Promise<ExportOnnxResult> {
  const model = await loadModel(spec.modelFolder);
  context.progress('writing-onnx', 0, spec.samples.length);
  const temporary = { fp32: `${spec.outFile}.fp32.incoming`, int8: `${spec.outFile}.int8.incoming` };
  const write = (precision: Precision) =>
    writeBytesFile(temporary[precision], exportInferenceOnnx({ ...model, pipeline: spec.pipeline, precision }));
  const clear = () => Promise.all(Object.values(temporary).map((file) => rm(file, { force: true })));
  try {
    await clear();
    await write('fp32');
    const parity = await compare(temporary.fp32, spec, model, context);
    if (!(parity.maxProbabilityDifference <= TOLERANCE)) {
      throw new FoveaError('export_differs', 'The exported file does not match the trained model.', {
        hint: 'It was deleted. Run the self-test and report this with its result.',
      });
    }
    if (spec.precision === 'fp32') {
      await rename(temporary.fp32, spec.outFile);
      return { parity, comparison: null };
    }
    await write('int8');
    const comparison = await compareFiles(temporary, spec, context);
    await rename(temporary.int8, spec.outFile);
    await clear();
    const { maxProbabilityDifference, agreement, images } = comparison;
    return { parity: { maxProbabilityDifference, agreement, images }, comparison };
  } catch (error) {
    await clear().catch(() => {});
    throw explainWriteError(error, 'the exported model');
  }
}

async function compare(
  file: string,
  spec: ExportOnnxSpec,
  model: Awaited<ReturnType<typeof loadModel>>,
  context: RequestContext,
): Promise<Parity> {
  const { config, parameters } = model;
  const settings = { pipeline: spec.pipeline, augmentation: augmentationSchema.parse({ enabled: false }), seed: 0 };
  const samples = spec.samples.slice(0, PARITY_IMAGES);
  const orders = inOrder(samples.length, BATCH).map((positions) => ({
    epoch: null,
    samples: positions.map((index) => samples[index] as Sample),
  }));
  const batches = samples.length === 0 ? noise(config) : batchesHere(orders, settings);
  const classes = config.classes.length;
  const exported = await openModelFile(file, 0);
  const own = await createClassifier({
    config,
    parameters,
    device: 'cpu',
    threads: 0,
    batch: BATCH,
    attentions: false,
  });
  let maxProbabilityDifference = 0;
  let agreeing = 0;
  let images = 0;
  try {
    for await (const { pixels, count } of batches) {
      const shape = [count, 3, config.imageSize, config.imageSize];
      const theirs = (await exported.run({ pixel_values: { shape, data: pixels } })).get('probabilities')?.data;
      const ours = softmaxRows((await own.run(pixels, count)).logits, classes);
      if (theirs?.length !== ours.length) throw new Error('the output of the exported model has another shape');
      for (const [i, value] of ours.entries()) {
        // Math.max propagates NaN, which does not pass the tolerance.
        maxProbabilityDifference = Math.max(maxProbabilityDifference, Math.abs(value - (theirs[i] as number)));
      }
      for (let i = 0; i < count; i++) {
        const [from, to] = [i * classes, (i + 1) * classes];
        if (argmax(ours.subarray(from, to)) === argmax(theirs.subarray(from, to))) agreeing += 1;
      }
      images += count;
      context.progress('checking-export', images, Math.max(images, samples.length));
      await checkCancelled(context);
    }
  } finally {
    await exported.dispose();
    await own.dispose();
  }
  return { maxProbabilityDifference, agreement: agreeing / images, images: Math.min(images, samples.length) };
}
