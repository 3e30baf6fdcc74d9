import { FoveaError } from '#shared/ipc/errors';
import type { LogRecord, RunProgress } from '#shared/models/run';
import type { RunConfig } from '#shared/models/run-config';
import type { StagePlan, StepPlan } from '#shared/training/plan';
import type { Schedule } from '../optim/schedule';
import type { BatchSource } from './batch-source';
import type { LoopState } from './checkpoint';
import { type HealthWatch, watchHealth } from './health';
import { createRate, type Rate } from './rate';
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

/** What a loop holds from its beginning, or from a checkpoint, to the end of a stage or to a pause. */
export interface Sitting {
  readonly input: LoopInput;
  /** Changed in place as the training goes on. */
  readonly state: LoopState;
  readonly stage: StagePlan;
  readonly isLastStage: boolean;
  readonly pace: Rate;
  readonly health: HealthWatch;
  /** Of the last evaluation, for the time that is left; zero before the first. */
  evaluationSeconds: number;
  /** Says how far the run is. */
  report(phase: RunProgress['phase']): void;
}

export function startSitting(input: LoopInput): Sitting {
  const { plan } = input;
  const state: LoopState = structuredClone(input.state);
  const stage = plan.stages[state.stage] as StagePlan;
  const left = stepsLeft(plan, state);
  /** Of the run, as far as can be said: a stage before may have ended early. */
  const totals = { steps: state.step + left.steps, epochs: state.epochsBefore + left.epochs };
  const sitting: Sitting = {
    input,
    state,
    stage,
    isLastStage: state.stage === plan.stages.length - 1,
    pace: createRate(),
    health: watchHealth(input.chanceLoss),
    evaluationSeconds: 0,
    report: (phase) => input.progress(progressOf(sitting, totals, phase)),
  };
  return sitting;
}

function progressOf(
  { input, state, stage, isLastStage, pace, evaluationSeconds }: Sitting,
  totals: { readonly steps: number; readonly epochs: number },
  phase: RunProgress['phase'],
): Omit<RunProgress, 'run'> {
  const imagesPerSecond = pace.imagesPerSecond();
  const epochsDone = state.stageStep / stage.stepsPerEpoch;
  const epochsLeft = stage.epochs - epochsDone;
  return {
    state: 'running',
    phase,
    step: state.step,
    totalSteps: totals.steps,
    epoch: state.epochsBefore + epochsDone,
    epochs: totals.epochs,
    counted: null,
    imagesPerSecond,
    // A later stage has a pace of its own, which nobody knows yet.
    etaSeconds:
      imagesPerSecond === null || !isLastStage
        ? null
        : (epochsLeft * input.trainImages) / imagesPerSecond + Math.ceil(epochsLeft) * evaluationSeconds,
    message: stageMessage(input.plan, state.stage),
  };
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

/** A line of the log in words. */
export const note = (message: string): LogRecord => ({ kind: 'note', at: new Date().toISOString(), message });
/** What ends a loop that was asked to `cancel`. */
export const cancelled = () => new FoveaError('cancelled', 'The run was cancelled.');
