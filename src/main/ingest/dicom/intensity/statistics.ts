import type { ValueRange } from '../../types';
import type { ValueArray } from '../stored-values';

/** Distinct values of a frame in ascending order with their counts. Never NaN or infinite. */
export interface CountedValues {
  readonly values: Float64Array;
  readonly counts: Float64Array;
  readonly total: number;
}

function fromPairs(pairs: readonly (readonly [value: number, count: number])[]): CountedValues {
  const sorted = pairs.toSorted((first, second) => first[0] - second[0]);
  return {
    values: Float64Array.from(sorted, ([value]) => value),
    counts: Float64Array.from(sorted, ([, count]) => count),
    total: sorted.reduce((sum, [, count]) => sum + count, 0),
  };
}

/** For types of at most 16 bits: one pass over the pixels, then at most 65,536 values. */
function countSmall(
  stored: ValueArray,
  toUnits: (value: number) => number,
  keep: (value: number) => boolean,
): CountedValues {
  const histogram = new Uint32Array(256 ** stored.BYTES_PER_ELEMENT);
  const signed = stored instanceof Int8Array || stored instanceof Int16Array;
  const zero = signed ? histogram.length / 2 : 0;
  for (let index = 0; index < stored.length; index++) {
    const slot = (stored[index] as number) + zero;
    histogram[slot] = (histogram[slot] as number) + 1;
  }
  const pairs: [number, number][] = [];
  for (let slot = 0; slot < histogram.length; slot++) {
    const count = histogram[slot] as number;
    if (count > 0 && keep(slot - zero)) pairs.push([toUnits(slot - zero), count]);
  }
  return fromPairs(pairs);
}

/** For 32-bit integers and floats: sorts the values, then counts equal neighbours. */
function countLarge(
  stored: ValueArray,
  toUnits: (value: number) => number,
  keep: (value: number) => boolean,
): CountedValues {
  const units = new Float64Array(stored.length);
  let total = 0;
  for (let index = 0; index < stored.length; index++) {
    const value = stored[index] as number;
    if (!keep(value)) continue;
    const unit = toUnits(value);
    if (Number.isFinite(unit)) units[total++] = unit;
  }
  const sorted = units.subarray(0, total).sort();
  const counts = new Float64Array(total);
  let distinct = 0;
  for (let index = 0; index < total; index++) {
    if (index === 0 || sorted[index] !== sorted[distinct - 1]) sorted[distinct++] = sorted[index] as number;
    (counts[distinct - 1] as number)++;
  }
  return { values: sorted.subarray(0, distinct), counts: counts.subarray(0, distinct), total };
}

/** Counts the stored values that `keep` accepts, converted by `toUnits`. */
export function countValues(
  stored: ValueArray,
  toUnits: (value: number) => number,
  keep: (value: number) => boolean,
): CountedValues {
  const small = stored.BYTES_PER_ELEMENT <= 2;
  return small ? countSmall(stored, toUnits, keep) : countLarge(stored, toUnits, keep);
}

/** Minimum and maximum; both 0 without values. */
export function rangeOf({ values }: CountedValues): ValueRange {
  return values.length === 0
    ? { min: 0, max: 0 }
    : { min: values[0] as number, max: values[values.length - 1] as number };
}

/** Value at a position (from 0) in the sorted pixels. */
function orderStatistic({ values, counts }: CountedValues, rank: number): number {
  let passed = 0;
  for (let index = 0; index < values.length; index++) {
    passed += counts[index] as number;
    if (rank < passed) return values[index] as number;
  }
  return values[values.length - 1] as number;
}

/** Percentile by linear interpolation between order statistics, numpy.percentile's default. */
export function percentileOf(counted: CountedValues, percent: number): number {
  if (counted.total === 0) return 0;
  const position = (percent / 100) * (counted.total - 1);
  const below = Math.floor(position);
  const low = orderStatistic(counted, below);
  const high = orderStatistic(counted, Math.min(below + 1, counted.total - 1));
  return low + (high - low) * (position - below);
}
