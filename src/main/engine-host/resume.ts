import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import type { NamedTensors } from '../engine/tensor';
import { initialLoopState, type LoopState } from '../engine/train/checkpoint';
import type { OptimizerState } from '../engine/train/session';
import type { VitConfig } from '../engine/vit/config';
import { type Checkpoint, openCheckpoint, readConfig, readOptimizer, readParameters } from './checkpoint-files';

export const lastFolder = (runFolder: string) => join(runFolder, 'checkpoints', 'last');
export const bestFolder = (runFolder: string) => join(runFolder, 'checkpoints', 'best');

/** Where a run goes on: from a checkpoint, or from the beginning where `model` is null. */
export interface StartingPoint {
  readonly state: LoopState;
  readonly model: { readonly config: VitConfig; readonly parameters: NamedTensors; readonly backbone: string } | null;
  readonly optimizer: OptimizerState | null;
  /** True where `last` was damaged: it is written again at once. */
  readonly replaceLast: boolean;
  /** What a person should know about it. */
  readonly notes: readonly string[];
}

const beginning = (notes: readonly string[]): StartingPoint => ({
  state: initialLoopState,
  model: null,
  optimizer: null,
  replaceLast: false,
  notes,
});

/** A new run: whatever checkpoints its folder has are of another one. */
export async function startAfresh(runFolder: string): Promise<StartingPoint> {
  await rm(join(runFolder, 'checkpoints'), { recursive: true, force: true });
  return beginning([]);
}

async function readModel(checkpoint: Checkpoint) {
  return {
    config: await readConfig(checkpoint),
    parameters: await readParameters(checkpoint),
    backbone: checkpoint.trainer.backbone,
  };
}

type Opened = { readonly checkpoint: Checkpoint | null; readonly damage: FoveaError | null };

async function open(folder: string): Promise<Opened> {
  try {
    return { checkpoint: await openCheckpoint(folder), damage: null };
  } catch (error) {
    if (error instanceof FoveaError && error.code === 'checkpoint_damaged') return { checkpoint: null, damage: error };
    throw error;
  }
}

/**
 * Finds where to go on: `last`; where that is damaged, `best`, without what the optimizer remembered; where nothing was saved yet,
 * the beginning. `run` is the hash of what decides the run.
 *
 * @throws FoveaError `checkpoint_damaged` where both are; `checkpoint_mismatch` where they belong to another run
 */
export async function findStartingPoint(runFolder: string, run: string): Promise<StartingPoint> {
  const last = await open(lastFolder(runFolder));
  const best = await open(bestFolder(runFolder));
  for (const { checkpoint } of [last, best]) {
    if (checkpoint !== null && checkpoint.trainer.run !== run) {
      throw new FoveaError('checkpoint_mismatch', 'The checkpoint belongs to a run with other settings or images.', {
        hint: 'Start a new run.',
      });
    }
  }
  if (last.checkpoint !== null) {
    const { state, notes } = last.checkpoint.trainer;
    const lost = state.best !== null && best.checkpoint === null;
    return {
      state: lost ? { ...state, best: null, epochsWithoutBest: 0 } : state,
      model: await readModel(last.checkpoint),
      optimizer: await readOptimizer(last.checkpoint),
      replaceLast: false,
      notes: lost
        ? [
            ...notes,
            `${best.damage?.message ?? 'The best checkpoint is gone.'} The best is looked for again from here.`,
          ]
        : notes,
    };
  }
  if (last.damage === null) {
    return beginning(['Nothing had been saved yet: the run begins again, with the same random numbers.']);
  }
  if (best.checkpoint === null) throw last.damage;
  const { state, notes } = best.checkpoint.trainer;
  return {
    state,
    model: await readModel(best.checkpoint),
    optimizer: null,
    replaceLast: true,
    notes: [
      ...notes,
      `${last.damage.message} The run goes on from the best checkpoint, after epoch ${state.history.at(-1)?.epoch ?? 0}; the optimizer starts without its memory.`,
    ],
  };
}
