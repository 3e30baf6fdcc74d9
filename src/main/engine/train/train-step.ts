import { type LoopContext, note } from './loop-context';
import type { Batch } from './session';

/**
 * Takes one optimizer step on its micro-batches.
 *
 * @param start time at which fetching them began
 * @throws FoveaError `diverged`, `gradient_exploded`
 */
export async function trainStep(context: LoopContext, group: readonly Batch[], start: number): Promise<void> {
  const { input, state, health, throughput, report } = context;
  const learningRate = rateOf(context);
  const result = await input.session.step(group, learningRate);
  const { loss, gradientNorm, skipped = false, note: remark } = result;
  if (skipped) health.checkSkippedStep(state.step + 1);
  else health.checkStep(state.step + 1, loss, gradientNorm);
  const images = group.reduce((sum, batch) => sum + batch.count, 0);
  const seconds = (input.now() - start) / 1000;
  throughput.add(images, seconds);
  state.step += 1;
  state.stageStep += 1;
  state.images += images;
  state.seconds += seconds;
  state.epochSeconds += seconds;
  if (skipped) state.epochSkipped += 1;
  else {
    state.epochLossSum += loss;
    state.logLossSum += loss;
    state.logSteps += 1;
  }
  if (remark !== undefined) input.log(note(remark));
  // In a run of one step there is no other measurement.
  const imagesPerSecond = throughput.imagesPerSecond() ?? images / Math.max(seconds, 1e-3);
  if (!skipped) logWhenDue(context, { learningRate, gradientNorm, imagesPerSecond });
  report('training');
}

/** Returns the learning rate, by the plan or, if the schedule uses them, by the validation losses of this stage. */
function rateOf({ input, state }: LoopContext): number {
  const epochs = state.history.filter((record) => record.epoch > state.epochsBefore);
  return input.learningRate(
    state.stageStep,
    epochs.map(({ validationLoss }) => validationLoss),
  );
}

/** Logs the mean loss since the last line, every `logEverySteps` steps and at the end of the stage. */
function logWhenDue(
  { input, state, stage }: LoopContext,
  step: { readonly learningRate: number; readonly gradientNorm: number; readonly imagesPerSecond: number },
): void {
  if (state.step % input.config.logEverySteps !== 0 && state.stageStep !== stage.steps) return;
  const { learningRate, gradientNorm, imagesPerSecond } = step;
  input.log({
    kind: 'step',
    step: state.step,
    epoch: state.epochsBefore + state.stageStep / stage.stepsPerEpoch,
    stage: state.stage,
    loss: state.logLossSum / state.logSteps,
    learningRate,
    ...(input.lowestRateFactor === 1 ? {} : { lowestLearningRate: learningRate * input.lowestRateFactor }),
    gradientNorm,
    imagesPerSecond,
    memoryMB: input.memoryMB(),
  });
  state.logLossSum = 0;
  state.logSteps = 0;
}
