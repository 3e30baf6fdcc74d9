import type { RunConfig } from '#shared/models/run-config';
import type { StagePlan } from '#shared/training/plan';

/**
 * Returns the learning rate of an optimizer step of a stage, counted from 0. `validationLosses` are those of the
 * stage's finished epochs, in order. The rate depends on nothing else, so a run resumed from a checkpoint sees the same
 * rates.
 */
export type Schedule = (step: number, validationLosses: readonly number[]) => number;

/** Shape of the schedule after the warm-up. */
export type Decay =
  | { readonly kind: 'cosine' | 'linear' | 'constant' }
  /** Multiplies by `factor` every `everySteps` optimizer steps from the start of the stage. */
  | { readonly kind: 'step'; readonly factor: number; readonly everySteps: number }
  /** Multiplies by `factor` if the validation loss has not fallen for more than `patience` epochs. */
  | { readonly kind: 'plateau'; readonly factor: number; readonly patience: number };

export interface ScheduleOptions {
  readonly decay: Decay;
  /** The peak, reached at the end of the warm-up. */
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
}

/** ReduceLROnPlateau's default: a loss has fallen if it is below (1 - threshold) x the best one before. */
const PLATEAU_THRESHOLD = 1e-4;
/** Changes of the rate below this are skipped. */
const PLATEAU_EPSILON = 1e-8;

/**
 * Implements Hugging Face's `get_cosine_schedule_with_warmup`, `get_linear_schedule_with_warmup` and
 * `get_constant_schedule_with_warmup` (linear from 0 to the peak, then half a cosine or a line to 0, or constant), and
 * PyTorch's `StepLR` and `ReduceLROnPlateau` after the same warm-up.
 */
export function createSchedule({ decay, learningRate, warmupSteps, totalSteps }: ScheduleOptions): Schedule {
  const afterWarmup = (step: number, validationLosses: readonly number[]): number => {
    const progress = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
    switch (decay.kind) {
      case 'cosine':
        return learningRate * 0.5 * (1 + Math.cos(Math.PI * progress));
      case 'linear':
        return learningRate * (1 - progress);
      case 'constant':
        return learningRate;
      case 'step':
        return learningRate * decay.factor ** Math.floor(step / decay.everySteps);
      case 'plateau':
        return plateauRate(learningRate, decay.factor, decay.patience, validationLosses);
    }
  };
  return (step, validationLosses) =>
    step < warmupSteps ? (learningRate * step) / warmupSteps : afterWarmup(step, validationLosses);
}

/** Replays `torch.optim.lr_scheduler.ReduceLROnPlateau` in mode 'min' over the losses. */
function plateauRate(peak: number, factor: number, patience: number, losses: readonly number[]): number {
  let rate = peak;
  let best = Number.POSITIVE_INFINITY;
  let badEpochs = 0;
  for (const loss of losses) {
    if (loss < best * (1 - PLATEAU_THRESHOLD)) {
      best = loss;
      badEpochs = 0;
    } else badEpochs += 1;
    if (badEpochs <= patience) continue;
    badEpochs = 0;
    if (rate - rate * factor > PLATEAU_EPSILON) rate *= factor;
  }
  return rate;
}

/** Returns the schedule of a run's stage. */
export function scheduleOf(config: RunConfig, stage: StagePlan): Schedule {
  return createSchedule({
    decay: decayOf(config, stage),
    learningRate: stage.learningRate,
    warmupSteps: stage.warmupSteps,
    totalSteps: stage.steps,
  });
}

function decayOf({ schedule, scheduleFactor, stepEpochs, plateauPatience }: RunConfig, stage: StagePlan): Decay {
  switch (schedule) {
    case 'step':
      return { kind: 'step', factor: scheduleFactor, everySteps: Math.max(1, stepEpochs * stage.stepsPerEpoch) };
    case 'plateau':
      return { kind: 'plateau', factor: scheduleFactor, patience: plateauPatience };
    default:
      return { kind: schedule };
  }
}
