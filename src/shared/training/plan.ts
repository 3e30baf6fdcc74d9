import type { RunConfig } from '../models/run-config';

/** How a run is cut into steps. A step is one update of the weights. */
export interface StepPlan {
  readonly microBatchesPerEpoch: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly warmupSteps: number;
}

/** As transformers' Trainer counts: the last micro-batch and the last step of an epoch may be smaller. */
export function planSteps(
  config: Pick<RunConfig, 'batchSize' | 'gradientAccumulation' | 'epochs' | 'warmupRatio' | 'warmupSteps'>,
  trainImages: number,
): StepPlan {
  const microBatchesPerEpoch = Math.ceil(trainImages / config.batchSize);
  const stepsPerEpoch = Math.ceil(microBatchesPerEpoch / config.gradientAccumulation);
  const totalSteps = stepsPerEpoch * config.epochs;
  const warmupSteps = Math.min(totalSteps, config.warmupSteps ?? Math.ceil(totalSteps * config.warmupRatio));
  return { microBatchesPerEpoch, stepsPerEpoch, totalSteps, warmupSteps };
}

/**
 * One weight an image for `weighted-sampler`: images / images of its class, so that each class is drawn as often as any
 * other.
 */
export function samplingWeights(labels: readonly number[], classes: number): number[] {
  const ofClass = balancedClassWeights(labels, classes).map((weight) => classes * weight);
  return labels.map((label) => ofClass[label] ?? 0);
}

/**
 * Weights of `weighted-loss`: images / (classes × images of the class), scikit-learn's "balanced". A class without
 * images gets 0: it has no term in the loss.
 */
export function balancedClassWeights(labels: Iterable<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  let total = 0;
  for (const label of labels) {
    const count = counts[label];
    if (count === undefined) throw new RangeError(`class weights: ${label} is no class`);
    counts[label] = count + 1;
    total += 1;
  }
  return counts.map((count) => (count === 0 ? 0 : total / (classes * count)));
}
