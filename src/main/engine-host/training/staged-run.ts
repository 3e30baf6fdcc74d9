import type { LogRecord, RunProgress } from '#shared/models/run';
import type { StepPlan } from '#shared/training/plan';
import type { LoopState } from '../../engine/train/checkpoint';
import type { TrainSpec } from '../core/protocol';
import type { RequestContext } from '../core/request-context';
import { type CheckpointContent, checkpointBytes, writeCheckpoint } from '../models/checkpoint-files';
import type { CheckpointSlot } from '../models/checkpoint-slots';
import type { RunLog } from './run-log';
import { saveWhenRoom } from './save-when-room';
import type { Model, StageSetup } from './stage-input';

/** Shared by all stages of a run: plan, log and context. */
export interface StagedRun {
  readonly spec: TrainSpec;
  readonly context: RequestContext;
  readonly plan: StepPlan;
  /** Identifies the run in its checkpoints: see `runHash`. */
  readonly hash: string;
  readonly log: RunLog;
  /** Notes for people since the run's beginning. */
  readonly notes: readonly string[];
}

/** Writes a record to the log and sends it to main. */
export function record({ log, context }: Pick<StagedRun, 'log' | 'context'>, entry: LogRecord): void {
  log.append(entry);
  context.log(entry);
}

/** A log record with a note. */
export const noteLine = (message: string): LogRecord => ({ kind: 'note', at: new Date().toISOString(), message });

/** Reports what a run is doing before its first step, or before that of a stage. */
export function reportBeforeSteps(
  { context, plan }: Pick<StagedRun, 'context' | 'plan'>,
  phase: 'preparing' | 'extracting' | 'searching',
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

/**
 * Saves `last` with everything needed to resume, or `best` with the model alone. Throws the errors of `saveWhenRoom`.
 */
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
      frozenBackbone: plan.stages.slice(0, state.stage + 1).every(({ trainable }) => trainable === 'head'),
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
    // The log must not lose records of steps that the checkpoint contains.
    log.flush();
    await writeCheckpoint(slot, content);
  };
  await saveWhenRoom(write, { folder: spec.runFolder, bytes: checkpointBytes(content) }, context);
}
