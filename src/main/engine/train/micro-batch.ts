import { sizeOf } from '../ir/shape';
import { crossEntropyTargets } from './cross-entropy';
import type { TrainableModel } from './model';
import type { Batch, TrainingOptions } from './session';

export type StepOptions = Pick<
  TrainingOptions,
  'microBatch' | 'optimizer' | 'weightDecay' | 'maxGradientNorm' | 'labelSmoothing' | 'classWeights' | 'seeds'
>;

/** `count` rows padded with zeros to the compiled batch; the array itself when it is full already. */
export function padRows(values: Float32Array, count: number, batch: number, rowSize: number): Float32Array {
  if (count < 1 || count > batch) throw new Error(`${count} images in a micro-batch of ${batch}`);
  if (values.length < count * rowSize) throw new Error('a micro-batch holds fewer pixels than its images need');
  if (values.length === batch * rowSize) return values;
  const padded = new Float32Array(batch * rowSize);
  padded.set(values.subarray(0, count * rowSize));
  return padded;
}

/** Inputs of the gradient programs for one micro-batch out of `accumulation`. */
export function prepareMicroBatch(
  model: TrainableModel,
  options: Pick<StepOptions, 'microBatch' | 'classWeights' | 'labelSmoothing'>,
  { pixels, labels, count, mixed }: Batch,
  accumulation: number,
) {
  return {
    pixels: padRows(pixels, count, options.microBatch, sizeOf(model.inputShape)),
    targets: crossEntropyTargets({
      batch: options.microBatch,
      classes: model.classes,
      labels: labels.subarray(0, count),
      mixed: mixed ? { share: mixed.share, labels: mixed.labels.subarray(0, count) } : null,
      classWeights: options.classWeights,
      labelSmoothing: options.labelSmoothing,
      scale: 1 / accumulation,
    }),
  };
}
