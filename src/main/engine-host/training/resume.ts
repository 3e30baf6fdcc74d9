import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import type { NamedTensors } from '../../engine/tensor';
import { initialLoopState, type LoopState } from '../../engine/train/checkpoint';
import type { OptimizerState } from '../../engine/train/session';
import type { VitConfig } from '../../engine/vit/config';
import { type Checkpoint, openCheckpoint, readConfig, readOptimizer, readParameters } from '../models/checkpoint-files';
import { beforeFolder, bestFolder, bestSlot, lastFolder, lastSlot, repairSlot } from '../models/checkpoint-slots';

/** State that a run starts from: a checkpoint, or the beginning if `model` is null. */
export interface StartingPoint {
  readonly state: LoopState;
  readonly model: { readonly config: VitConfig; readonly parameters: NamedTensors; readonly backbone: string } | null;
  readonly optimizer: OptimizerState | null;
  /** True if `last` was damaged and must be rewritten at once. */
  readonly replaceLast: boolean;
  /** Notes for people since the run's beginning. */
  readonly notes: readonly string[];
  /** The notes that this start adds. */
  readonly news: readonly string[];
}

const beginning = (news: readonly string[]): StartingPoint => ({
  state: initialLoopState,
  model: null,
  optimizer: null,
  replaceLast: false,
  notes: news,
  news,
});

/** Starts a new run. Deletes checkpoints in its folder: they belong to another run. */
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
 * Finds the state to continue from: `last`; if that is damaged, the save before it, which leads to the same result to
 * the bit; if that is damaged too, `best`, without optimizer state; if nothing was saved yet, the beginning. `run` is
 * the hash from `runHash`.
 *
 * @throws FoveaError `checkpoint_damaged` if all are damaged; `checkpoint_mismatch` if they belong to another run
 */
export async function findStartingPoint(runFolder: string, run: string): Promise<StartingPoint> {
  await repairSlot(lastSlot(runFolder));
  await repairSlot(bestSlot(runFolder));
  const last = await open(lastFolder(runFolder));
  const before = last.damage === null ? null : await open(beforeFolder(runFolder));
  const best = await open(bestFolder(runFolder));
  for (const opened of [last, before, best]) {
    if (opened?.checkpoint && opened.checkpoint.trainer.run !== run) {
      throw new FoveaError('checkpoint_mismatch', 'The checkpoint belongs to a run with other settings or images.', {
        hint: 'Start a new run.',
      });
    }
  }
  if (last.checkpoint !== null) return continuation(last.checkpoint, best, []);
  if (last.damage === null) {
    return beginning(['Nothing had been saved yet. The run starts again with the same random numbers.']);
  }
  if (before?.checkpoint) {
    const { state } = before.checkpoint.trainer;
    const start = await continuation(before.checkpoint, best, [
      `${last.damage.message} The run continues from the previous checkpoint, at step ${state.step}, and reaches the same result.`,
    ]);
    // It replaces the damaged one; otherwise the next save would push it out.
    await rm(lastFolder(runFolder), { recursive: true, force: true });
    await repairSlot(lastSlot(runFolder));
    return start;
  }
  if (best.checkpoint === null) throw last.damage;
  const { state, notes } = best.checkpoint.trainer;
  const news = [
    `${last.damage.message} The run continues from the best checkpoint, after epoch ${state.history.at(-1)?.epoch ?? 0}. The optimizer state is reset.`,
  ];
  return {
    state,
    model: await readModel(best.checkpoint),
    optimizer: null,
    replaceLast: true,
    notes: [...notes, ...news],
    news,
  };
}

/** Continues from an intact save. If the best model is lost, the search for it starts again. */
async function continuation(checkpoint: Checkpoint, best: Opened, reasons: readonly string[]): Promise<StartingPoint> {
  const { state, notes } = checkpoint.trainer;
  const lost = state.best !== null && best.checkpoint === null;
  const news = lost
    ? [
        ...reasons,
        `${best.damage?.message ?? 'The best checkpoint is missing.'} The search for the best epoch starts again from here.`,
      ]
    : reasons;
  return {
    state: lost ? { ...state, best: null, epochsWithoutBest: 0 } : state,
    model: await readModel(checkpoint),
    optimizer: await readOptimizer(checkpoint),
    replaceLast: false,
    notes: [...notes, ...news],
    news,
  };
}
