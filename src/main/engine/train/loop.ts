import { takeBatches } from './batch-source';
import type { LoopState } from './checkpoint';
import { closeEpoch } from './close-epoch';
import { epochPlan } from './epoch-plan';
import { cancelled, type LoopInput, note, type Sitting, startSitting } from './sitting';
import { trainStep } from './train-step';

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
  const sitting = startSitting(input);
  const { state, stage, isLastStage, report } = sitting;
  const saving = createSaving(sitting);
  report('training');
  while (state.stageStep < stage.steps && !state.finished) {
    const epoch = state.epochsBefore + Math.floor(state.stageStep / stage.stepsPerEpoch) + 1;
    const ended = await trainEpoch(sitting, saving, epoch);
    if (ended !== null) return resultOf(sitting, ended);
    await closeEpoch(sitting, epoch, stage.stepsPerEpoch);
    endStageWhenDue(sitting);
    await saving.save();
    const action = input.control();
    if (action === 'cancel') throw cancelled();
    if (action !== null && !(state.finished && isLastStage)) {
      return resultOf(sitting, action === 'pause' ? 'paused' : 'stopped');
    }
  }
  if (isLastStage) report('done');
  return resultOf(sitting, 'finished');
}

const resultOf = ({ state: loop }: Sitting, state: LoopResult['state']): LoopResult => ({
  state,
  loop,
  imagesPerSecond: loop.seconds === 0 ? 0 : loop.images / loop.seconds,
});

/** What is left of the steps of an epoch. Null, or how the run ended inside it. */
async function trainEpoch(sitting: Sitting, saving: Saving, epoch: number): Promise<'paused' | 'stopped' | null> {
  const { input, state, stage } = sitting;
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
      await trainStep(sitting, group, start);
      await input.yieldToMessages();
      const ended = await followControl(sitting, saving, epoch);
      if (ended !== null) return ended;
    }
  } finally {
    await iterator.return?.();
  }
  return null;
}

/** Between two steps: does what was asked for since, and saves a long epoch now and then. */
async function followControl(sitting: Sitting, saving: Saving, epoch: number): Promise<'paused' | 'stopped' | null> {
  const { input, state, stage } = sitting;
  const action = input.control();
  if (action === 'cancel') throw cancelled();
  const steps = ((state.stageStep - 1) % stage.stepsPerEpoch) + 1;
  // Not between the last step of an epoch and its evaluation: a run that went on from there would leave it out.
  if (steps === stage.stepsPerEpoch) return null;
  if (action === 'pause') {
    await saving.save();
    return 'paused';
  }
  if (action === 'stop') {
    // A run that is stopped inside its first epoch keeps its model too.
    await saving.save();
    if (state.best === null) {
      await closeEpoch(sitting, epoch, steps);
      input.log(note(`Stopped inside epoch ${epoch}, after step ${state.step}; evaluated as it was.`));
    }
    return 'stopped';
  }
  await saving.saveWhenDue();
  return null;
}

/** The stage is over after its last step, or when patience is. */
function endStageWhenDue({ input, state, stage }: Sitting): void {
  const { earlyStoppingPatience: patience, bestMetric } = input.config;
  if (state.stageStep === stage.steps) state.finished = true;
  else if (patience !== null && state.epochsWithoutBest >= patience) {
    state.finished = true;
    input.log(note(`Stopped early: ${state.epochsWithoutBest} epochs without a better ${bestMetric}.`));
  }
}

interface Saving {
  save(): Promise<void>;
  /** Where long enough has passed since. */
  saveWhenDue(): Promise<void>;
}

function createSaving({ input, state, report }: Sitting): Saving {
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
