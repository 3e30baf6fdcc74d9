import type { RunProgress } from '#shared/models/run';

/** A run's progress in percent, measured in its steps or in the items its current phase counts. Null while unknown. */
export function percentDone({ counted, step, totalSteps }: RunProgress): number | null {
  const { done, total } = counted ?? { done: step, total: totalSteps };
  return total === 0 ? null : Math.min(100, (done / total) * 100);
}
