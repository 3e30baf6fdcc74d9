/** Learning rate as a function of the optimizer step, counted from 0. */
export type Schedule = (step: number) => number;

export interface ScheduleOptions {
  readonly kind: 'cosine' | 'linear' | 'constant';
  /** The peak, reached after the warm-up. */
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
}

/**
 * Hugging Face's `get_cosine_schedule_with_warmup`, `get_linear_schedule_with_warmup` and
 * `get_constant_schedule_with_warmup`: linear from 0 to the peak, then half a cosine or a line to 0, or constant.
 */
export function createSchedule({ kind, learningRate, warmupSteps, totalSteps }: ScheduleOptions): Schedule {
  return (step) => {
    if (step < warmupSteps) return (learningRate * step) / Math.max(1, warmupSteps);
    const progress = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
    switch (kind) {
      case 'cosine':
        return learningRate * 0.5 * (1 + Math.cos(Math.PI * progress));
      case 'linear':
        return learningRate * (1 - progress);
      case 'constant':
        return learningRate;
    }
  };
}
