import { addPoint, hasExploded, type RatePoint } from '#shared/training/learning-rate-finder';
import type { StagePlan } from '#shared/training/plan';
import { type BatchSource, takeBatches } from './batch-source';
import { epochPlan } from './epoch-plan';
import { MAXIMUM_SKIPPED } from './health';
import type { TrainingSession } from './session';

export interface RateTestInput {
  readonly seed: number;
  readonly stage: Pick<StagePlan, 'batchSize' | 'gradientAccumulation'>;
  readonly trainImages: number;
  readonly samplingWeights: readonly number[] | null;
  readonly session: TrainingSession;
  readonly batches: BatchSource;
  /** One a step. */
  readonly rates: readonly number[];
  /** After each step; may throw to end the test. */
  onStep(done: number): Promise<void>;
}

/**
 * Takes one optimizer step at each rate, on the batches that a run would see, until the loss explodes. A loss was
 * measured before the step at its rate, so it tells what the rates before have done.
 */
export async function testLearningRates(input: RateTestInput): Promise<readonly RatePoint[]> {
  const { seed, stage, session, rates } = input;
  let points: readonly RatePoint[] = [];
  let skippedInARow = 0;
  for (let epoch = 1; points.length < rates.length; epoch += 1) {
    const plan = epochPlan(seed, epoch, input.trainImages, stage.batchSize, input.samplingWeights);
    const iterator = input.batches.training(epoch, plan, 0)[Symbol.asyncIterator]();
    try {
      for (let group = await takeBatches(iterator, stage.gradientAccumulation); group.length > 0; ) {
        const rate = rates[points.length] as number;
        const { loss, skipped = false } = await session.step(group, rate);
        skippedInARow = skipped ? skippedInARow + 1 : 0;
        // A step that half precision left out is taken again, with the next images.
        if (!skipped) points = addPoint(points, rate, loss);
        await input.onStep(points.length);
        if (hasExploded(points) || skippedInARow >= MAXIMUM_SKIPPED)
          return points.filter(({ smoothedLoss }) => Number.isFinite(smoothedLoss));
        if (points.length === rates.length) return points;
        group = await takeBatches(iterator, stage.gradientAccumulation);
      }
    } finally {
      await iterator.return?.();
    }
  }
  return points;
}
