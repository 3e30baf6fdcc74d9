import { logSumExp } from '#shared/statistics/log-loss';
import { addPoint, hasExploded, type RatePoint } from '#shared/training/learning-rate-finder';
import type { StagePlan } from '#shared/training/plan';
import { type BatchSource, takeBatches } from './batch-source';
import { crossEntropyTargets } from './cross-entropy';
import { epochPlan } from './epoch-plan';
import { MAX_SKIPPED_STEPS } from './health';
import type { Batch, TrainingSession } from './session';

export interface RateTestInput {
  readonly seed: number;
  readonly stage: Pick<StagePlan, 'batchSize' | 'gradientAccumulation'>;
  readonly trainImages: number;
  readonly samplingWeights: readonly number[] | null;
  readonly session: TrainingSession;
  readonly batches: BatchSource;
  /** One per step. */
  readonly rates: readonly number[];
  readonly labelSmoothing: number;
  /** Called after each initial loss and after each step; may throw to end the test. */
  onStep(done: number, total: number): Promise<void>;
}

/**
 * Takes one optimizer step at each rate, on the batches that a run would see, until the loss explodes. Each loss is
 * measured before the step at its rate, so it reflects the effect of the previous rates.
 *
 * Batches differ by more than a hundred steps change them. Each loss is therefore corrected by the difference between
 * its images' loss under the initial weights and the mean of these losses (a control variate). At low rates the
 * correction leaves a flat curve; any departure from it is caused by the weights.
 */
export async function testLearningRates(input: RateTestInput): Promise<readonly RatePoint[]> {
  const { session, rates, onStep } = input;
  const total = 2 * rates.length;
  const initial: number[] = [];
  for await (const group of stepGroups(input)) {
    if (initial.length === rates.length) break;
    initial.push(await initialLoss(session, group, input.labelSmoothing));
    await onStep(initial.length, total);
  }
  const meanInitial = mean(initial);
  let points: readonly RatePoint[] = [];
  let skippedInARow = 0;
  let taken = 0;
  for await (const group of stepGroups(input)) {
    const rate = rates[points.length] as number;
    const { loss, skipped = false } = await session.step(group, rate);
    skippedInARow = skipped ? skippedInARow + 1 : 0;
    // A step that half precision skipped is repeated with the next images.
    if (!skipped) points = addPoint(points, rate, loss - ((initial[taken] ?? meanInitial) - meanInitial));
    taken += 1;
    await onStep(rates.length + points.length, total);
    if (hasExploded(points) || skippedInARow >= MAX_SKIPPED_STEPS || points.length === rates.length) break;
  }
  return points.filter(({ smoothedLoss }) => Number.isFinite(smoothedLoss));
}

/** Yields the micro-batches of each step, epoch after epoch. */
async function* stepGroups({ seed, stage, trainImages, samplingWeights, batches }: RateTestInput) {
  for (let epoch = 1; ; epoch += 1) {
    const plan = epochPlan(seed, epoch, trainImages, stage.batchSize, samplingWeights);
    const iterator = batches.training(epoch, plan, 0)[Symbol.asyncIterator]();
    try {
      for (;;) {
        const group = await takeBatches(iterator, stage.gradientAccumulation);
        if (group.length === 0) break;
        yield group;
      }
    } finally {
      await iterator.return?.();
    }
  }
}

/** Computes the loss of a step's images under the present weights, without dropout or class weights. */
async function initialLoss(session: TrainingSession, group: readonly Batch[], labelSmoothing: number): Promise<number> {
  const losses: number[] = [];
  for (const { pixels, labels, count, mixed = null } of group) {
    const logits = await session.logits(pixels, count);
    const classes = logits.length / count;
    const targets = crossEntropyTargets({
      batch: count,
      classes,
      labels: labels.subarray(0, count),
      mixed,
      classWeights: null,
      labelSmoothing,
      scale: 1,
    });
    let loss = 0;
    for (let row = 0; row < count; row += 1) {
      const normaliser = logSumExp(logits.subarray(row * classes, (row + 1) * classes));
      for (let at = row * classes; at < (row + 1) * classes; at += 1) {
        loss += (targets[at] as number) * (normaliser - (logits[at] as number));
      }
    }
    losses.push(loss);
  }
  return mean(losses);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
