import { takeBatches } from './batch-source';
import type { LoopState } from './checkpoint';
import { closeEpoch } from './close-epoch';
import { epochPlan } from './epoch-plan';
import { cancelled, createLoopContext, type LoopContext, type LoopInput, note } from './loop-context';
import { trainStep } from './train-step';

export interface LoopResult {
  /** `finished` means that the stage is over. */
  readonly state: 'finished' | 'stopped' | 'paused';
  readonly loop: LoopState;
  readonly imagesPerSecond: number;
}

/** Within a long epoch, `last` is saved once this has passed and saving takes at most a twentieth of the time. */
export const SAVE_AFTER_MILLISECONDS = 120_000;
export const SAVE_SHARE = 20;

/**
 * Trains from `state` to the end of its stage: epochs of shuffled, augmented micro-batches, one optimizer step per
 * `gradientAccumulation` of them, evaluation and checkpoints after each epoch, early stopping. Everything that
 * determines the weights follows from config, seed and step, so a run resumed from a checkpoint equals one that never
 * stopped, bit for bit.
 *
 * @throws FoveaError `diverged`, `gradient_exploded`: nothing more is saved; `cancelled`
 */
export async function runTrainingLoop(input: LoopInput): Promise<LoopResult> {
  const context = createLoopContext(input);
  const { state, stage, isLastStage, report } = context;
  const saving = createSaving(context);
  report('training');
  while (state.stageStep < stage.steps && !state.finished) {
    const epoch = state.epochsBefore + Math.floor(state.stageStep / stage.stepsPerEpoch) + 1;
    const ended = await trainEpoch(context, saving, epoch);
    if (ended !== null) return resultOf(context, ended);
    await closeEpoch(context, epoch, stage.stepsPerEpoch);
    endStageWhenDue(context);
    await saving.save();
    const action = input.control();
    if (action === 'cancel') throw cancelled();
    if (action !== null && !(state.finished && isLastStage)) {
      return resultOf(context, action === 'pause' ? 'paused' : 'stopped');
    }
  }
  if (isLastStage) report('done');
  return resultOf(context, 'finished');
}

const resultOf = ({ state: loop }: LoopContext, state: LoopResult['state']): LoopResult => ({
  state,
  loop,
  imagesPerSecond: loop.seconds === 0 ? 0 : loop.images / loop.seconds,
});

/** Trains the remaining steps of an epoch. Returns null, or how the run ended within it. */
async function trainEpoch(context: LoopContext, saving: Saving, epoch: number): Promise<'paused' | 'stopped' | null> {
  const { input, state, stage } = context;
  const done = state.stageStep % stage.stepsPerEpoch;
  const microBatches = epochPlan(input.config.seed, epoch, input.trainImages, stage.batchSize, input.samplingWeights);
  const trained = done * stage.gradientAccumulation;
  const iterator = input.batches.training(epoch, microBatches, trained)[Symbol.asyncIterator]();
  try {
    for (let first = trained; first < microBatches.length; ) {
      const start = input.now();
      const expected = Math.min(stage.gradientAccumulation, microBatches.length - first);
      const group = await takeBatches(iterator, expected);
      if (group.length < expected) throw new Error('the batch source ended early');
      first += expected;
      await trainStep(context, group, start);
      await input.yieldToMessages();
      const ended = await applyControl(context, saving, epoch);
      if (ended !== null) return ended;
    }
  } finally {
    await iterator.return?.();
  }
  return null;
}

/** Between two steps: carries out a requested action, and saves from time to time during a long epoch. */
async function applyControl(context: LoopContext, saving: Saving, epoch: number): Promise<'paused' | 'stopped' | null> {
  const { input, state, stage } = context;
  const action = input.control();
  if (action === 'cancel') throw cancelled();
  const steps = ((state.stageStep - 1) % stage.stepsPerEpoch) + 1;
  // Not between the last step of an epoch and its evaluation: a run resumed from there would skip the evaluation.
  if (steps === stage.stepsPerEpoch) return null;
  if (action === 'pause') {
    await saving.save();
    return 'paused';
  }
  if (action === 'stop') {
    // A run stopped within its first epoch also keeps its model.
    await saving.save();
    if (state.best === null) {
      await closeEpoch(context, epoch, steps);
      input.log(note(`Stopped inside epoch ${epoch}, after step ${state.step}, and evaluated at that point.`));
    }
    return 'stopped';
  }
  await saving.saveWhenDue();
  return null;
}

/** Ends the stage after its last step, or when patience runs out. */
function endStageWhenDue({ input, state, stage }: LoopContext): void {
  const { earlyStoppingPatience: patience, bestMetric } = input.config;
  if (state.stageStep === stage.steps) state.finished = true;
  else if (patience !== null && state.epochsWithoutBest >= patience) {
    state.finished = true;
    input.log(note(`Stopped early: ${state.epochsWithoutBest} epochs without a better ${bestMetric}.`));
  }
}

interface Saving {
  save(): Promise<void>;
  /** Saves if enough time has passed since the last save. */
  saveWhenDue(): Promise<void>;
}

function createSaving({ input, state, report }: LoopContext): Saving {
  let lastSave = input.now();
  let saveMilliseconds = 0;
  const save = async () => {
    report('saving');
    const start = input.now();
    await input.saveLast(structuredClone(state));
    lastSave = input.now();
    saveMilliseconds = lastSave - start;
  };
  return {
    save,
    async saveWhenDue() {
      const sinceSave = input.now() - lastSave;
      if (sinceSave > Math.max(SAVE_AFTER_MILLISECONDS, SAVE_SHARE * saveMilliseconds)) await save();
    },
  };
}
