import type { EpochMetrics, EpochRecord } from '#shared/models/run';
import { isNotLearning } from '#shared/training/chance-loss';
import type { LoopState } from './checkpoint';
import { bestValue, epochMetrics, shownValue } from './evaluate';
import { cancelled, note, type Sitting } from './sitting';

/**
 * Evaluates after `steps` steps of `epoch`, keeps the model where it is the best so far, and writes the epoch into the
 * log. Throws `cancelled`, `diverged`.
 */
export async function closeEpoch(sitting: Sitting, epoch: number, steps: number): Promise<void> {
  const { input, state, health, report } = sitting;
  const start = input.now();
  const metrics = await evaluate(sitting);
  health.lookAtValidation(epoch, metrics.loss);
  const isBest = takeBest(sitting, epoch, metrics);
  state.epochSeconds += (input.now() - start) / 1000;
  const record: EpochRecord = {
    kind: 'epoch',
    epoch,
    step: state.step,
    stage: state.stage,
    trainLoss: state.epochLossSum / Math.max(1, steps - state.epochSkipped),
    validationLoss: metrics.loss,
    metrics,
    isBest,
    seconds: state.epochSeconds,
  };
  state.history.push(record);
  state.epochLossSum = 0;
  state.epochSkipped = 0;
  state.epochSeconds = 0;
  if (isBest) {
    report('saving');
    await input.saveBest(structuredClone(state));
  }
  input.log(record);
  noteIfStuck(sitting);
}

/** The metrics of the validation images. */
async function evaluate(sitting: Sitting): Promise<EpochMetrics> {
  const { input, report } = sitting;
  const start = input.now();
  const logits = new Float32Array(input.validationLabels.length * input.classes);
  let at = 0;
  report('evaluating');
  for await (const batch of input.batches.validation()) {
    logits.set(await input.session.logits(batch.pixels, batch.count), at);
    at += batch.count * input.classes;
    await input.yieldToMessages();
    if (input.control() === 'cancel') throw cancelled();
  }
  sitting.evaluationSeconds = (input.now() - start) / 1000;
  return epochMetrics(logits, input.validationLabels, input.classes);
}

/** Whether an epoch is the best so far, which the state then knows; patience is counted beside it. */
function takeBest({ input: { config }, state }: Sitting, epoch: number, metrics: EpochMetrics): boolean {
  const value = bestValue(metrics, config.bestMetric);
  const before = state.best === null ? null : config.bestMetric === 'loss' ? -state.best.value : state.best.value;
  const isBetter = before === null || value > before;
  const resetsPatience = before === null || value > before + config.earlyStoppingDelta;
  // Few validation images tie often: among equals, the smaller loss is kept. Patience goes by the metric alone.
  const isBest = isBetter || (value === before && metrics.loss < bestLoss(state));
  if (isBest) state.best = { epoch, value: shownValue(metrics, config.bestMetric) };
  state.epochsWithoutBest = resetsPatience ? 0 : state.epochsWithoutBest + 1;
  return isBest;
}

/** The validation loss of the best epoch; nothing is below it where there is none. */
const bestLoss = ({ best, history }: LoopState): number =>
  history.find((record) => record.epoch === best?.epoch)?.metrics.loss ?? Number.NEGATIVE_INFINITY;

/** Says when a run begins to stay at the loss of guessing, once. */
function noteIfStuck({ input: { plan, chanceLoss, log }, state: { history } }: Sitting): void {
  if (!isNotLearning(history, plan, chanceLoss) || isNotLearning(history.slice(0, -1), plan, chanceLoss)) return;
  log(note(`The run does not learn so far: its training loss stays at ${chanceLoss.toFixed(3)}, that of guessing.`));
}
