import { FoveaError } from '#shared/ipc/errors';
import type { LogRecord, RunProgress } from '#shared/models/run';
import type { RunConfig } from '#shared/models/run-config';
import type { StagePlan, StepPlan } from '#shared/training/plan';
import type { Schedule } from '../optim/schedule';
import type { BatchSource } from './batch-source';
import type { LoopState } from './checkpoint';
import { type HealthWatch, watchHealth } from './health';
import type { TrainingSession } from './session';
import { createThroughput, type Throughput } from './throughput';

export interface LoopInput {
  readonly config: RunConfig;
  readonly plan: StepPlan;
  readonly classes: number;
  readonly trainImages: number;
  /** One weight per training image, for draws with replacement. Null = each image once per epoch. */
  readonly samplingWeights: readonly number[] | null;
  /** The training loss of guessing: see `shared/training/chance-loss`. */
  readonly chanceLoss: number;
  /** Labels of the validation images, in their order. */
  readonly validationLabels: Int32Array;
  readonly session: TrainingSession;
  readonly batches: BatchSource;
  readonly learningRate: Schedule;
  /** Learning rate factor of the lowest layer in training, for the log. */
  readonly lowestRateFactor: number;
  readonly state: LoopState;
  /** `best` before `last`, so that a kill between them never leaves `last` naming a best that is not there. */
  saveBest(state: LoopState): Promise<void>;
  saveLast(state: LoopState): Promise<void>;
  log(record: LogRecord): void;
  progress(progress: Omit<RunProgress, 'run'>): void;
  /** The action requested since the last call, or null; polled between steps. */
  control(): 'pause' | 'stop' | 'cancel' | null;
  /** Lets pending messages be processed; resolves as soon as they are. */
  yieldToMessages(): Promise<void>;
  /** Milliseconds, monotonic. */
  now(): number;
  memoryMB(): number;
}

/** State of the loop from its beginning, or from a checkpoint, to the end of a stage or to a pause. */
export interface LoopContext {
  readonly input: LoopInput;
  /** Updated in place as the training proceeds. */
  readonly state: LoopState;
  readonly stage: StagePlan;
  readonly isLastStage: boolean;
  readonly throughput: Throughput;
  readonly health: HealthWatch;
  /** Duration of the last evaluation, for the estimate of the remaining time; zero before the first. */
  evaluationSeconds: number;
  /** Reports the progress of the run. */
  report(phase: RunProgress['phase']): void;
}

export function createLoopContext(input: LoopInput): LoopContext {
  const { plan } = input;
  const state: LoopState = structuredClone(input.state);
  const stage = plan.stages[state.stage] as StagePlan;
  const left = stepsLeft(plan, state);
  /** Totals of the whole run, as far as known: an earlier stage may have ended early. */
  const totals = { steps: state.step + left.steps, epochs: state.epochsBefore + left.epochs };
  const context: LoopContext = {
    input,
    state,
    stage,
    isLastStage: state.stage === plan.stages.length - 1,
    throughput: createThroughput(),
    health: watchHealth(input.chanceLoss),
    evaluationSeconds: 0,
    report: (phase) => input.progress(progressOf(context, totals, phase)),
  };
  return context;
}

function progressOf(
  { input, state, stage, isLastStage, throughput, evaluationSeconds }: LoopContext,
  totals: { readonly steps: number; readonly epochs: number },
  phase: RunProgress['phase'],
): Omit<RunProgress, 'run'> {
  const imagesPerSecond = throughput.imagesPerSecond();
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
    // The throughput of a later stage is not known yet.
    etaSeconds:
      imagesPerSecond === null || !isLastStage
        ? null
        : (epochsLeft * input.trainImages) / imagesPerSecond + Math.ceil(epochsLeft) * evaluationSeconds,
    message: stageMessage(input.plan, state.stage),
  };
}

/** Returns the steps from here, and the epochs from the beginning of this stage, to the end of the run. */
export function stepsLeft(plan: StepPlan, state: Pick<LoopState, 'stage' | 'stageStep'>) {
  const stages = plan.stages.slice(state.stage);
  return {
    steps: stages.reduce((sum, { steps }) => sum + steps, -state.stageStep),
    epochs: stages.reduce((sum, { epochs }) => sum + epochs, 0),
  };
}

/** Names the current stage of several; null for a single one. */
const stageMessage = ({ stages }: StepPlan, index: number): string | null =>
  stages.length === 1 ? null : `Stage ${index + 1} of ${stages.length}: ${stages[index]?.name.toLowerCase()}`;

/** Creates a log record with a message. */
export const note = (message: string): LogRecord => ({ kind: 'note', at: new Date().toISOString(), message });
/** The error that ends a loop after `cancel`. */
export const cancelled = () => new FoveaError('cancelled', 'The run was cancelled.');
