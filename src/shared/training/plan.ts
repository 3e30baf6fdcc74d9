import type { RunConfig } from '../models/run-config';
import { type Stage, stagesOf } from './stages';

/** A stage divided into steps. A step is one update of the weights. */
export interface StagePlan extends Stage {
  /** Images per micro-batch, and micro-batches per step. */
  readonly batchSize: number;
  readonly gradientAccumulation: number;
  readonly stepsPerEpoch: number;
  readonly steps: number;
  readonly warmupSteps: number;
}

/** A run divided into steps. */
export interface StepPlan {
  readonly stages: readonly StagePlan[];
  readonly totalSteps: number;
  readonly epochs: number;
}

type PlannedConfig = Parameters<typeof stagesOf>[0] &
  Pick<RunConfig, 'batchSize' | 'gradientAccumulation' | 'warmupRatio' | 'warmupSteps'>;

/** Counts like transformers' Trainer: the last micro-batch and the last step of an epoch may be smaller. */
export function planSteps(config: PlannedConfig, trainImages: number): StepPlan {
  const stages = stagesOf(config).map((stage): StagePlan => {
    // A logistic regression takes all images in a single step.
    const fullBatch = stage.solver === 'logistic';
    const batchSize = fullBatch ? Math.max(1, trainImages) : config.batchSize;
    const gradientAccumulation = fullBatch ? 1 : config.gradientAccumulation;
    const stepsPerEpoch = Math.ceil(Math.ceil(trainImages / batchSize) / gradientAccumulation);
    const steps = stepsPerEpoch * stage.epochs;
    const warmup = Math.min(steps, config.warmupSteps ?? Math.ceil(steps * config.warmupRatio));
    const warmupSteps = fullBatch ? 0 : warmup;
    return { ...stage, batchSize, gradientAccumulation, stepsPerEpoch, steps, warmupSteps };
  });
  const sum = (count: (stage: StagePlan) => number) => stages.reduce((total, stage) => total + count(stage), 0);
  return { stages, totalSteps: sum(({ steps }) => steps), epochs: sum(({ epochs }) => epochs) };
}

/**
 * Images of each class, in class order.
 *
 * @throws RangeError if a label is not a class
 */
export function classCounts(labels: Iterable<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) {
    const count = counts[label];
    if (count === undefined) throw new RangeError(`class counts: ${label} is no class`);
    counts[label] = count + 1;
  }
  return counts;
}

/**
 * One weight per image for `weighted-sampler`: images / images of its class, so that all classes are drawn equally
 * often.
 */
export function samplingWeights(labels: readonly number[], classes: number): number[] {
  const ofClass = balancedClassWeights(labels, classes).map((weight) => classes * weight);
  return labels.map((label) => ofClass[label] ?? 0);
}

/**
 * Weights of `weighted-loss`: images / (classes × images of the class), scikit-learn's "balanced". A class without
 * images gets 0, as it has no term in the loss.
 */
export function balancedClassWeights(labels: Iterable<number>, classes: number): number[] {
  const counts = classCounts(labels, classes);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (count === 0 ? 0 : total / (classes * count)));
}
