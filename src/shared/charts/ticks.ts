import { ticks } from 'd3-array';

/** d3's round values from `low` to `high`, about `count` of them, without fractions: for counts and epochs. */
export function wholeTicks(low: number, high: number, count: number): number[] {
  return ticks(low, high, count).filter(Number.isInteger);
}
