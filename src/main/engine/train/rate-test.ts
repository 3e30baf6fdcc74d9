import type { RunConfig } from '#shared/models/run-config';
import { addPoint, hasExploded, type RatePoint } from '#shared/training/learning-rate-finder';
import { epochPlan } from './epoch-plan';
import { MAXIMUM_SKIPPED } from './health';
import type { BatchSource } from './loop';
import type { Batch, TrainingSession } from './session';

export interface RateTestInput {
  readonly config: Pick<RunConfig, 'seed' | 'batchSize' | 'gradientAccumulation'>;
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
  const { config, session, rates } = input;
  let points: readonly RatePoint[] = [];
  let skippedInARow = 0;
  for (let epoch = 1; points.length < rates.length; epoch += 1) {
    const plan = epochPlan(config.seed, epoch, input.trainImages, config.batchSize, input.samplingWeights);
    const iterator = input.batches.training(epoch, plan, 0)[Symbol.asyncIterator]();
    try {
      for (let group = await take(iterator, config.gradientAccumulation); group.length > 0; ) {
        const rate = rates[points.length] as number;
        const { loss, skipped = false } = await session.step(group, rate);
        skippedInARow = skipped ? skippedInARow + 1 : 0;
        // A step that half precision left out is taken again, with the next images.
        if (!skipped) points = addPoint(points, rate, loss);
        await input.onStep(points.length);
        if (hasExploded(points) || skippedInARow >= MAXIMUM_SKIPPED)
          return points.filter(({ smoothedLoss }) => Number.isFinite(smoothedLoss));
        if (points.length === rates.length) return points;
        group = await take(iterator, config.gradientAccumulation);
      }
    } finally {
      await iterator.return?.();
    }
  }
  return points;
}

async function take(iterator: AsyncIterator<Batch>, count: number): Promise<Batch[]> {
  const group: Batch[] = [];
  while (group.length < count) {
    const next = await iterator.next();
    if (next.done === true) break;
    group.push(next.value);
  }
  return group;
}
