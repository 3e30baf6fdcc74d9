import type { EpochRecord } from '../models/run';
import type { RunConfig } from '../models/run-config';
import type { StepPlan } from './plan';

/** Consecutive epochs at chance, after the warm-up, before a run counts as not learning. */
const EPOCHS = 3;
/** A loss within this share of the chance loss is chance. */
const NOISE = 0.02;

/**
 * Training loss of a model that ignores its input and predicts the shares of the classes: the entropy of the targets,
 * ln(classes) if classes are equally frequent. `counts`: training images of each class.
 */
export function chanceLoss(
  counts: readonly number[],
  { classBalance, labelSmoothing }: Pick<RunConfig, 'classBalance' | 'labelSmoothing'>,
): number {
  const weights = classBalance === 'none' ? counts : counts.map((count) => Math.sign(count));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.reduce((entropy, weight) => {
    const share = (1 - labelSmoothing) * (weight / total) + labelSmoothing / counts.length;
    return share === 0 ? entropy : entropy - share * Math.log(share);
  }, 0);
}

/** Whether the last epochs of the current stage, its warm-up aside, were all no better than chance. */
export function isNotLearning(history: readonly EpochRecord[], { stages }: StepPlan, chance: number): boolean {
  const stage = history.at(-1)?.stage;
  const plan = stage === undefined ? undefined : stages[stage];
  if (plan === undefined) return false;
  const warmup = Math.ceil(plan.warmupSteps / plan.stepsPerEpoch);
  const last = history
    .filter((epoch) => epoch.stage === stage)
    .slice(warmup)
    .slice(-EPOCHS);
  return last.length === EPOCHS && last.every(({ trainLoss }) => trainLoss >= (1 - NOISE) * chance);
}
