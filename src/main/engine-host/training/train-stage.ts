import type { LogRecord, RunProgress } from '#shared/models/run';
import { rateMeter, secondsLeft } from '#shared/progress/rate-meter';
import { chanceLoss } from '#shared/training/chance-loss';
import { classCounts, type StagePlan, type StepPlan } from '#shared/training/plan';
import { scheduleOf } from '../../engine/optim/schedule';
import type { NamedTensors } from '../../engine/tensor';
import type { LoopState } from '../../engine/train/checkpoint';
import { type LoopResult, runTrainingLoop } from '../../engine/train/loop';
import type { OptimizerState } from '../../engine/train/session';
import { memoryMB } from '../core/device';
import { bestSlot, lastSlot } from '../models/checkpoint-slots';
import type { Model, StagedSpec, StageSetup } from './stage-input';
import { setUpStage } from './stage-setup';
import { noteLine, record, reportBeforeSteps, type StagedRun, saveCheckpoint } from './staged-run';

/** State that a stage starts or continues from. */
export interface StageStart {
  readonly model: Model;
  readonly state: LoopState;
  readonly optimizer: OptimizerState | null;
  /** True if `last` was damaged and must be rewritten at once. */
  readonly replaceLast: boolean;
  /** Monotonic clock in milliseconds; stopped while the run is stalled. */
  readonly now: () => number;
}

/** Trains the stage that `state` is in, until it ends or the run is paused or stopped. */
export async function trainStage(
  run: StagedRun,
  start: StageStart,
): Promise<{ readonly result: LoopResult; readonly parameters: NamedTensors }> {
  const { spec, context, plan } = run;
  const { model, state, optimizer } = start;
  const stage = plan.stages[state.stage] as StagePlan;
  const setup = await setUpStage({
    spec,
    stage,
    index: state.stage,
    model,
    optimizer,
    context,
    home: spec.runFolder,
    onExtracting: extractionReport(run, stage, state),
    note: (message) => record(run, noteLine(message)),
  });
  try {
    if (start.replaceLast) await saveCheckpoint(run, model, setup, state, lastSlot(spec.runFolder), 'last');
    const result = await runTrainingLoop({
      ...loopData(run, stage),
      session: setup.session,
      batches: setup.batches,
      samplingWeights: setup.samplingWeights,
      lowestRateFactor: setup.lowestRateFactor,
      state,
      ...loopListeners(run, model, setup),
      now: start.now,
      memoryMB,
    });
    return { result, parameters: await setup.parameters() };
  } finally {
    await setup.close();
  }
}

/** Inputs of the training loop derived from configuration and images. */
export function loopData({ spec, plan }: { readonly spec: StagedSpec; readonly plan: StepPlan }, stage: StagePlan) {
  const { config, classes, train, validation } = spec;
  const labels = train.map(({ label }) => label);
  return {
    config,
    plan,
    classes: classes.length,
    trainImages: train.length,
    chanceLoss: chanceLoss(classCounts(labels, classes.length), config),
    validationLabels: Int32Array.from(validation, ({ label }) => label),
    learningRate: scheduleOf(config, stage),
  };
}

function loopListeners(run: StagedRun, model: Model, setup: StageSetup) {
  const { spec, context } = run;
  return {
    saveBest: (reached: LoopState) => saveCheckpoint(run, model, setup, reached, bestSlot(spec.runFolder), 'best'),
    saveLast: (reached: LoopState) => saveCheckpoint(run, model, setup, reached, lastSlot(spec.runFolder), 'last'),
    log: (entry: LogRecord) => record(run, entry),
    progress: (value: Omit<RunProgress, 'run'>) => context.runProgress(value),
    control: () => context.control(),
    yieldToMessages: () => context.yieldToMessages(),
  };
}

function extractionReport(run: StagedRun, stage: StagePlan, { step, epochsBefore }: LoopState) {
  const viewsPerSecond = rateMeter(() => performance.now());
  const message = 'Each view goes through the frozen backbone once; epochs are fast after that';
  return (done: number, total: number): void => {
    const imagesPerSecond = viewsPerSecond(stage.name, done);
    reportBeforeSteps(run, 'extracting', message, {
      step,
      epoch: epochsBefore,
      counted: { done, total },
      imagesPerSecond,
      etaSeconds: secondsLeft(done, total, imagesPerSecond),
    });
  };
}
