import { FoveaError } from '#shared/ipc/errors';
import type { EpochRecord, LogRecord, RunProgress } from '#shared/models/run';
import type { RunConfig } from '#shared/models/run-config';
import { isNotLearning } from '#shared/training/chance-loss';
import type { StagePlan, StepPlan } from '#shared/training/plan';
import type { Schedule } from '../optim/schedule';
import { type BatchSource, takeBatches } from './batch-source';
import type { LoopState } from './checkpoint';
import { epochPlan } from './epoch-plan';
import { bestValue, epochMetrics, shownValue } from './evaluate';
import { watchHealth } from './health';
import { createRate } from './rate';
import type { TrainingSession } from './session';

export interface LoopInput {
  readonly config: RunConfig;
  readonly plan: StepPlan;
  readonly classes: number;
  readonly trainImages: number;
  /** One a training image: they are drawn with replacement. Null = each once an epoch. */
  readonly samplingWeights: readonly number[] | null;
  /** The training loss of guessing: see `shared/training/chance-loss`. */
  readonly chanceLoss: number;
  /** Labels of the validation images, in their order. */
  readonly validationLabels: Int32Array;
  readonly session: TrainingSession;
  readonly batches: BatchSource;
  readonly learningRate: Schedule;
  /** What the rate of the lowest layer in training is of that, for the log. */
  readonly lowestRateFactor: number;
  readonly state: LoopState;
  /** `best` before `last`, so that a kill between them never leaves `last` naming a best that is not there. */
  saveBest(state: LoopState): Promise<void>;
  saveLast(state: LoopState): Promise<void>;
  log(record: LogRecord): void;
  progress(progress: Omit<RunProgress, 'run'>): void;
  /** What was asked for since, or null; looked at between steps. */
  control(): 'pause' | 'stop' | 'cancel' | null;
  /** Lets messages in; resolves at once afterwards. */
  yieldToMessages(): Promise<void>;
  /** Milliseconds, monotonic. */
  now(): number;
  memoryMB(): number;
}

export interface LoopResult {
  /** `finished`: the stage is over. */
  readonly state: 'finished' | 'stopped' | 'paused';
  readonly loop: LoopState;
  readonly imagesPerSecond: number;
}

/** `last` is also saved inside a long epoch, when this has passed and saving costs at most a twentieth of the time. */
const SAVE_AFTER_MILLISECONDS = 120_000;
const SAVE_SHARE = 20;

/**
 * Trains from `state` to the end of its stage: epochs of shuffled, augmented micro-batches, an optimizer step for each
 * `gradientAccumulation` of them, evaluation and checkpoints after each epoch, early stopping. Everything that decides
 * the weights follows from config, seed and step, so a run that goes on from a checkpoint equals one that never
 * stopped, bit for bit.
 *
 * @throws FoveaError `diverged`, `gradient_exploded`: nothing of it is saved; `cancelled`
 */
export async function runTrainingLoop(input: LoopInput): Promise<LoopResult> {
  const { config, plan, session } = input;
  const state: LoopState = structuredClone(input.state);
  const stage = plan.stages[state.stage] as StagePlan;
  const { stepsPerEpoch } = stage;
  const left = stepsLeft(plan, state);
  /** Of the run, as far as can be said: a stage before may have ended early. */
  const totalSteps = state.step + left.steps;
  const totalEpochs = state.epochsBefore + left.epochs;
  const isLastStage = state.stage === plan.stages.length - 1;
  const training = createRate();
  const health = watchHealth(input.chanceLoss);
  let evaluationSeconds = 0;
  let lastSave = input.now();
  let saveMilliseconds = 0;

  const report = (phase: RunProgress['phase'], message: string | null = null) => {
    const imagesPerSecond = training.imagesPerSecond();
    const epochsLeft = stage.epochs - state.stageStep / stepsPerEpoch;
    input.progress({
      state: 'running',
      phase,
      step: state.step,
      totalSteps,
      epoch: state.epochsBefore + state.stageStep / stepsPerEpoch,
      epochs: totalEpochs,
      counted: null,
      imagesPerSecond,
      // A later stage has a pace of its own, which nobody knows yet.
      etaSeconds:
        imagesPerSecond === null || !isLastStage
          ? null
          : (epochsLeft * input.trainImages) / imagesPerSecond + Math.ceil(epochsLeft) * evaluationSeconds,
      message: message ?? stageMessage(plan, state.stage),
    });
  };

  const save = async () => {
    report('saving');
    const start = input.now();
    await input.saveLast(structuredClone(state));
    lastSave = input.now();
    saveMilliseconds = lastSave - start;
  };

  const evaluate = async () => {
    const start = input.now();
    const logits = new Float32Array(input.validationLabels.length * input.classes);
    let at = 0;
    report('evaluating');
    for await (const batch of input.batches.validation()) {
      logits.set(await session.logits(batch.pixels, batch.count), at);
      at += batch.count * input.classes;
      await input.yieldToMessages();
      if (input.control() === 'cancel') throw cancelled();
    }
    evaluationSeconds = (input.now() - start) / 1000;
    return epochMetrics(logits, input.validationLabels, input.classes);
  };

  /** Evaluates after `stepsOfEpoch` steps of `epoch` and keeps the model where it is the best so far. */
  const closeEpoch = async (epoch: number, stepsOfEpoch: number) => {
    const start = input.now();
    const metrics = await evaluate();
    health.lookAtValidation(epoch, metrics.loss);
    const value = bestValue(metrics, config.bestMetric);
    const before = state.best === null ? null : config.bestMetric === 'loss' ? -state.best.value : state.best.value;
    const isBetter = before === null || value > before;
    const resetsPatience = before === null || value > before + config.earlyStoppingDelta;
    // Few validation images tie often: among equals, the smaller loss is kept. Patience goes by the metric alone.
    const bestLoss = state.history.find((record) => record.epoch === state.best?.epoch)?.metrics.loss;
    const isBest = isBetter || (value === before && bestLoss !== undefined && metrics.loss < bestLoss);
    if (isBest) state.best = { epoch, value: shownValue(metrics, config.bestMetric) };
    state.epochsWithoutBest = resetsPatience ? 0 : state.epochsWithoutBest + 1;
    state.epochSeconds += (input.now() - start) / 1000;
    const record: EpochRecord = {
      kind: 'epoch',
      epoch,
      step: state.step,
      stage: state.stage,
      trainLoss: state.epochLossSum / Math.max(1, stepsOfEpoch - state.epochSkipped),
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
    const stuck = isNotLearning(state.history, plan, input.chanceLoss);
    // Said when it begins, once.
    if (stuck && !isNotLearning(state.history.slice(0, -1), plan, input.chanceLoss)) {
      input.log(
        note(
          `The run has not learned so far: its training loss stays at ${input.chanceLoss.toFixed(3)}, the value for guessing.`,
        ),
      );
    }
  };

  const result = (outcome: LoopResult['state']): LoopResult => ({
    state: outcome,
    loop: state,
    imagesPerSecond: state.seconds === 0 ? 0 : state.images / state.seconds,
  });

  const patienceIsOver = () =>
    config.earlyStoppingPatience !== null && state.epochsWithoutBest >= config.earlyStoppingPatience;

  report('training');
  while (state.stageStep < stage.steps && !state.finished) {
    const epoch = state.epochsBefore + Math.floor(state.stageStep / stepsPerEpoch) + 1;
    const done = state.stageStep % stepsPerEpoch;
    const microBatches = epochPlan(config.seed, epoch, input.trainImages, stage.batchSize, input.samplingWeights);
    const trained = done * stage.gradientAccumulation;
    const iterator = input.batches.training(epoch, microBatches, trained)[Symbol.asyncIterator]();
    try {
      for (let first = trained; first < microBatches.length; ) {
        const start = input.now();
        const expected = Math.min(stage.gradientAccumulation, microBatches.length - first);
        const group = await takeBatches(iterator, expected);
        if (group.length < expected) throw new Error('the batch source ended early');
        first += expected;
        const epochs = state.history.filter((record) => record.epoch > state.epochsBefore);
        const learningRate = input.learningRate(
          state.stageStep,
          epochs.map(({ validationLoss }) => validationLoss),
        );
        const { loss, gradientNorm, skipped = false, note: remark } = await session.step(group, learningRate);
        if (skipped) health.lookAtSkipped(state.step + 1);
        else health.look(state.step + 1, loss, gradientNorm);
        const images = group.reduce((sum, batch) => sum + batch.count, 0);
        const seconds = (input.now() - start) / 1000;
        training.add(images, seconds);
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
        if (!skipped && (state.step % config.logEverySteps === 0 || state.stageStep === stage.steps)) {
          input.log({
            kind: 'step',
            step: state.step,
            epoch: state.epochsBefore + state.stageStep / stepsPerEpoch,
            stage: state.stage,
            loss: state.logLossSum / state.logSteps,
            learningRate,
            ...(input.lowestRateFactor === 1 ? {} : { lowestLearningRate: learningRate * input.lowestRateFactor }),
            gradientNorm,
            // A run of one step has no other.
            imagesPerSecond: training.imagesPerSecond() ?? images / Math.max(seconds, 1e-3),
            memoryMB: input.memoryMB(),
          });
          state.logLossSum = 0;
          state.logSteps = 0;
        }
        report('training');

        await input.yieldToMessages();
        const action = input.control();
        const stepsOfEpoch = ((state.stageStep - 1) % stepsPerEpoch) + 1;
        if (action === 'cancel') throw cancelled();
        if (action === 'pause' && stepsOfEpoch < stepsPerEpoch) {
          await save();
          return result('paused');
        }
        if (action === 'stop' && stepsOfEpoch < stepsPerEpoch) {
          // A run that is stopped inside its first epoch keeps its model too.
          await save();
          if (state.best === null) {
            await closeEpoch(epoch, stepsOfEpoch);
            input.log(note(`Stopped inside epoch ${epoch}, after step ${state.step}, and evaluated at that point.`));
          }
          return result('stopped');
        }
        const sinceSave = input.now() - lastSave;
        // Not between the last step of an epoch and its evaluation: a run that went on from there would leave it out.
        if (
          stepsOfEpoch < stepsPerEpoch &&
          sinceSave > Math.max(SAVE_AFTER_MILLISECONDS, SAVE_SHARE * saveMilliseconds)
        )
          await save();
      }
    } finally {
      await iterator.return?.();
    }

    await closeEpoch(epoch, stepsPerEpoch);
    if (state.stageStep === stage.steps) state.finished = true;
    else if (patienceIsOver()) {
      state.finished = true;
      input.log(note(`Stopped early: no better ${config.bestMetric} in ${state.epochsWithoutBest} epochs.`));
    }
    await save();
    const action = input.control();
    if (action === 'cancel') throw cancelled();
    if (action !== null && !(state.finished && isLastStage)) {
      return result(action === 'pause' ? 'paused' : 'stopped');
    }
  }
  if (isLastStage) report('done');
  return result('finished');
}

/** Steps and epochs from the beginning of a step to the end of the run. Epochs count from the beginning of the stage. */
export function stepsLeft(plan: StepPlan, state: Pick<LoopState, 'stage' | 'stageStep'>) {
  const stages = plan.stages.slice(state.stage);
  return {
    steps: stages.reduce((sum, { steps }) => sum + steps, -state.stageStep),
    epochs: stages.reduce((sum, { epochs }) => sum + epochs, 0),
  };
}

/** Which stage trains, where there are several. */
const stageMessage = ({ stages }: StepPlan, index: number): string | null =>
  stages.length === 1 ? null : `Stage ${index + 1} of ${stages.length}: ${stages[index]?.name.toLowerCase()}`;

const note = (message: string): LogRecord => ({ kind: 'note', at: new Date().toISOString(), message });
const cancelled = () => new FoveaError('cancelled', 'The run was cancelled.');
