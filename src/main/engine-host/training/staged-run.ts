import type { LogRecord, RunProgress } from '#shared/models/run';
import type { StepPlan } from '#shared/training/plan';
import type { LoopState } from '../../engine/train/checkpoint';
import type { TrainSpec } from '../core/protocol';
import type { RequestContext } from '../core/request-context';
import { type CheckpointContent, checkpointBytes, writeCheckpoint } from '../models/checkpoint-files';
import type { CheckpointSlot } from '../models/checkpoint-slots';
import type { RunLog } from './run-log';
import { saveWhenRoom } from './save-when-room';
import type { Model, StageSetup } from './stage-setup';

/** What all stages of a run share: its plan, its log, and whom it reports to. */
export interface StagedRun {
  readonly spec: TrainSpec;
  readonly context: RequestContext;
  readonly plan: StepPlan;
  /** By which a checkpoint knows its run: see `runHash`. */
  readonly hash: string;
  readonly log: RunLog;
  /** What a person should know about the run since its beginning. */
  readonly notes: readonly string[];
}

/** Writes a line into the log, and sends it. */
export function record({ log, context }: Pick<StagedRun, 'log' | 'context'>, entry: LogRecord): void {
  log.append(entry);
  context.log(entry);
}

/** A line of the log in words. */
export const noteLine = (message: string): LogRecord => ({ kind: 'note', at: new Date().toISOString(), message });

/** Says what a run does before its first step, or before that of a stage. */
export function reportBeforeSteps(
  { context, plan }: Pick<StagedRun, 'context' | 'plan'>,
  phase: 'preparing' | 'extracting',
  message: string,
  more: Partial<Pick<RunProgress, 'step' | 'epoch' | 'counted' | 'imagesPerSecond' | 'etaSeconds'>> = {},
): void {
  context.runProgress({
    state: 'running',
    phase,
    step: 0,
    totalSteps: plan.totalSteps,
    epoch: 0,
    epochs: plan.epochs,
    counted: null,
    imagesPerSecond: null,
    etaSeconds: null,
    message,
    ...more,
  });
}

/** `last` holds all that the training needs to go on, `best` the model alone. Throws what `saveWhenRoom` throws. */
export async function saveCheckpoint(
  { spec, context, plan, hash, log, notes }: StagedRun,
  model: Model,
  setup: StageSetup,
  state: LoopState,
  slot: CheckpointSlot,
  kind: 'last' | 'best',
): Promise<void> {
  const content: CheckpointContent = {
    config: model.config,
    pipeline: spec.pipeline,
    parameters: await (kind === 'last' ? setup.parameters() : setup.keptParameters()),
    lora: kind === 'last' ? setup.lora : null,
    optimizer: kind === 'last' ? await setup.session.optimizer() : null,
    trainer: {
      run: hash,
      backbone: model.hash,
      random: {
        algorithm: 'xoshiro128**',
        seed: spec.config.seed,
        epoch: state.epochsBefore + Math.floor(state.stageStep / (plan.stages[state.stage]?.stepsPerEpoch ?? 1)) + 1,
      },
      state,
      notes: [...notes],
    },
  };
  const write = async () => {
    // The lines of what is saved must not be lost where it is not.
    log.flush();
    await writeCheckpoint(slot, content);
  };
  await saveWhenRoom(write, { folder: spec.runFolder, bytes: checkpointBytes(content) }, context);
}
