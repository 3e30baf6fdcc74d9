import { sizeOf } from '../ir/shape';
import type { Tensor } from '../tensor';
import { crossEntropyTargets } from './cross-entropy';
import { distillationTargets } from './distillation';
import type { TrainableModel } from './model';
import { inputNames } from './program-names';
import type { Batch, TrainingOptions } from './session';

export type StepOptions = Pick<
  TrainingOptions,
  | 'microBatch'
  | 'part'
  | 'note'
  | 'optimizer'
  | 'weightDecay'
  | 'maxGradientNorm'
  | 'labelSmoothing'
  | 'classWeights'
  | 'seeds'
  | 'emaDecay'
  | 'precision'
>;

/** Pads `count` rows with zeros to the compiled batch. Returns the array itself if it is already full. */
export function padRows(values: Float32Array, count: number, batch: number, rowSize: number): Float32Array {
  if (count < 1 || count > batch) throw new Error(`${count} images in a micro-batch of ${batch}`);
  if (values.length < count * rowSize) throw new Error('a micro-batch holds fewer pixels than its images need');
  if (values.length === batch * rowSize) return values;
  const padded = new Float32Array(batch * rowSize);
  padded.set(values.subarray(0, count * rowSize));
  return padded;
}

/** Inputs of one run of a gradient program besides parameters and state. */
export type RunInputs = readonly (readonly [name: string, tensor: Tensor])[];

/**
 * Prepares pixels and targets of one micro-batch, padded to the size in the options.
 *
 * @param lossFactor factor on the loss: 1 / number of micro-batches of the step, times the loss scale
 */
export function prepareMicroBatch(
  model: TrainableModel,
  options: Pick<StepOptions, 'microBatch' | 'classWeights' | 'labelSmoothing'>,
  { pixels, labels, count, mixed, features }: Batch,
  lossFactor: number,
) {
  const padded = padRows(pixels, count, options.microBatch, sizeOf(model.inputShape));
  if (features !== undefined) {
    const { targetSize } = model;
    return {
      pixels: padded,
      targets: distillationTargets({ batch: options.microBatch, targetSize, features, count, scale: lossFactor }),
    };
  }
  return {
    pixels: padded,
    targets: crossEntropyTargets({
      batch: options.microBatch,
      classes: model.classes,
      labels: labels.subarray(0, count),
      mixed: mixed ? { share: mixed.share, labels: mixed.labels.subarray(0, count) } : null,
      classWeights: options.classWeights,
      labelSmoothing: options.labelSmoothing,
      scale: lossFactor,
    }),
  };
}

/**
 * Splits a micro-batch into runs of `part` images each. Targets hold the mean over the whole micro-batch and masks are
 * drawn for all of it, so losses and gradients of the parts add up to those of the whole.
 */
export function prepareParts(
  model: TrainableModel,
  options: StepOptions,
  part: number,
  batch: Batch,
  lossFactor: number,
  masks: ReadonlyMap<string, Tensor>,
): readonly RunInputs[] {
  const { microBatch } = options;
  const { pixels, targets } = prepareMicroBatch(model, options, batch, lossFactor);
  const whole: RunInputs = [
    ...masks,
    [inputNames.pixels, { shape: [microBatch, ...model.inputShape], data: pixels }],
    [inputNames.targets, { shape: [microBatch, model.targetSize], data: targets }],
  ];
  if (part >= microBatch) return [whole];
  const parts: RunInputs[] = [];
  for (let start = 0; start < batch.count; start += part) {
    parts.push(whole.map(([name, tensor]) => [name, takeImages(tensor, microBatch, start, part)] as const));
  }
  return parts;
}

/**
 * Returns `part` images from `start` of a tensor whose first axis covers `batch` images, zero-padded after the last.
 */
function takeImages({ shape, data }: Tensor, batch: number, start: number, part: number): Tensor {
  const [first = batch, ...rest] = shape;
  const perImage = data.length / batch;
  const rows = Math.min(part, batch - start);
  const taken = data.subarray(start * perImage, (start + rows) * perImage);
  return { shape: [(first / batch) * part, ...rest], data: padRows(taken, rows, part, perImage) };
}
