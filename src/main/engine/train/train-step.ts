import type { Batch } from './session';
import { note, type Sitting } from './sitting';

/** One optimizer step on its micro-batches; `start`: when fetching them began. Throws `diverged`, `gradient_exploded`. */
export async function trainStep(sitting: Sitting, group: readonly Batch[], start: number): Promise<void> {
  const { input, state, health, pace, report } = sitting;
  const learningRate = rateOf(sitting);
  const result = await input.session.step(group, learningRate);
  const { loss, gradientNorm, skipped = false, note: remark } = result;
  if (skipped) health.lookAtSkipped(state.step + 1);
  else health.look(state.step + 1, loss, gradientNorm);
  const images = group.reduce((sum, batch) => sum + batch.count, 0);
  const seconds = (input.now() - start) / 1000;
  pace.add(images, seconds);
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
  // A run of one step has no other pace.
  const imagesPerSecond = pace.imagesPerSecond() ?? images / Math.max(seconds, 1e-3);
  if (!skipped) logWhenDue(sitting, { learningRate, gradientNorm, imagesPerSecond });
  report('training');
}

/** By the plan, or by the validation losses of this stage where the schedule looks at them. */
function rateOf({ input, state }: Sitting): number {
  const epochs = state.history.filter((record) => record.epoch > state.epochsBefore);
  return input.learningRate(
    state.stageStep,
    epochs.map(({ validationLoss }) => validationLoss),
  );
}

/** Every so many steps, and at the end of the stage: the mean loss since the last line. */
function logWhenDue(
  { input, state, stage }: Sitting,
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
