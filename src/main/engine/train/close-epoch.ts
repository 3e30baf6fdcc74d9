import type { EpochMetrics } from '#shared/models/epoch-metrics';
import type { EpochRecord } from '#shared/models/run';
import { isNotLearning } from '#shared/training/chance-loss';
import type { LoopState } from './checkpoint';
import { bestValue, epochMetrics, shownValue } from './evaluate';
import { cancelled, type LoopContext, note } from './loop-context';

/**
 * Evaluates after `steps` steps of `epoch`, saves the model if it is the best so far, and logs the epoch.
 *
 * @throws FoveaError `cancelled`, `diverged`
 */
export async function closeEpoch(context: LoopContext, epoch: number, steps: number): Promise<void> {
  const { input, state, health, report } = context;
  const start = input.now();
  const metrics = await evaluate(context);
  health.checkValidation(epoch, metrics.loss);
  const isBest = updateBest(context, epoch, metrics);
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
  logIfNotLearning(context);
}

/** Computes the metrics on the validation images. */
async function evaluate(context: LoopContext): Promise<EpochMetrics> {
  const { input, report } = context;
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
  context.evaluationSeconds = (input.now() - start) / 1000;
  return epochMetrics(logits, input.validationLabels, input.classes);
}

/** Returns whether an epoch is the best so far and records it in the state, together with the patience counter. */
function updateBest({ input: { config }, state }: LoopContext, epoch: number, metrics: EpochMetrics): boolean {
  const value = bestValue(metrics, config.bestMetric);
  const before = state.best === null ? null : config.bestMetric === 'loss' ? -state.best.value : state.best.value;
  const isBetter = before === null || value > before;
  const resetsPatience = before === null || value > before + config.earlyStoppingDelta;
  // Small validation sets often produce ties: between equals, the smaller loss wins. Patience depends on the metric
  // alone.
  const isBest = isBetter || (value === before && metrics.loss < bestLoss(state));
  if (isBest) state.best = { epoch, value: shownValue(metrics, config.bestMetric) };
  state.epochsWithoutBest = resetsPatience ? 0 : state.epochsWithoutBest + 1;
  return isBest;
}

/** The validation loss of the best epoch, or -Infinity, which no loss is below, if there is none. */
const bestLoss = ({ best, history }: LoopState): number =>
  history.find((record) => record.epoch === best?.epoch)?.metrics.loss ?? Number.NEGATIVE_INFINITY;

/** Logs once when the loss stays at the level of guessing. */
function logIfNotLearning({ input: { plan, chanceLoss, log }, state: { history } }: LoopContext): void {
  if (!isNotLearning(history, plan, chanceLoss) || isNotLearning(history.slice(0, -1), plan, chanceLoss)) return;
  log(
    note(`The run does not learn so far: its training loss stays at ${chanceLoss.toFixed(3)}, the loss of guessing.`),
  );
}
