import type { RunProgress } from '#shared/models/run';

/** How much of a run is done, in percent: of its steps, or of what its present phase counts. Null while that is not known. */
export function shareOf({ counted, step, totalSteps }: RunProgress): number | null {
  const { done, total } = counted ?? { done: step, total: totalSteps };
  return total === 0 ? null : Math.min(100, (done / total) * 100);
}
