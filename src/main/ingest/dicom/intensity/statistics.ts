import type { ValueRange } from '../../types';

/** Lowest and highest of the values that `keep` accepts and that are numbers; both 0 when there are none. */
export function rangeOf(values: Float32Array, keep: ((index: number) => boolean) | null): ValueRange {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index++) {
    if (keep !== null && !keep(index)) continue;
    const value = values[index] as number;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? { min, max } : { min: 0, max: 0 };
}

/**
 * Percentiles by linear interpolation between order statistics, as numpy.percentile does by default; `values` are
 * sorted in place.
 */
export function percentilesOf(values: Float32Array, percents: readonly number[]): number[] {
  if (values.length === 0) return percents.map(() => 0);
  values.sort();
  return percents.map((percent) => {
    const position = (percent / 100) * (values.length - 1);
    const below = Math.floor(position);
    const low = values[below] as number;
    const high = values[Math.min(below + 1, values.length - 1)] as number;
    return low + (high - low) * (position - below);
  });
}
