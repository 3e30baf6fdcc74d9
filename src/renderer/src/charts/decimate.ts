import { bisectLeft, bisectRight } from 'd3-array';

/** Points of one line, in non-decreasing order of x. */
export interface Points {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

export interface Decimated {
  readonly x: number[];
  readonly y: number[];
}

/** First index with an x of at least `value`. */
export const lowerBound: (x: ArrayLike<number>, value: number) => number = bisectLeft;

/**
 * Thins a line to about 2 × `buckets` points within [`from`, `to`], plus one point on either side so that it runs to
 * the edges of the chart. Each bucket keeps its smallest and largest value in order, so no spike is lost. Lines of few
 * points are returned unchanged.
 */
export function decimate(points: Points, from: number, to: number, buckets: number): Decimated {
  const total = Math.min(points.x.length, points.y.length);
  const start = Math.max(0, bisectLeft(points.x, from, 0, total) - 1);
  const end = Math.min(total, bisectRight(points.x, to, 0, total) + 1);

  const x: number[] = [];
  const y: number[] = [];
  const take = (index: number) => {
    x.push(points.x[index] as number);
    y.push(points.y[index] as number);
  };

  const count = end - start;
  if (count <= buckets * 2) {
    for (let index = start; index < end; index++) take(index);
    return { x, y };
  }
  take(start);
  const inner = count - 2;
  for (let bucket = 0; bucket < buckets; bucket++) {
    const first = start + 1 + Math.floor((bucket * inner) / buckets);
    const last = start + 1 + Math.floor(((bucket + 1) * inner) / buckets);
    let smallest = first;
    let largest = first;
    for (let index = first + 1; index < last; index++) {
      const value = points.y[index] as number;
      if (value < (points.y[smallest] as number)) smallest = index;
      if (value > (points.y[largest] as number)) largest = index;
    }
    take(Math.min(smallest, largest));
    if (smallest !== largest) take(Math.max(smallest, largest));
  }
  take(end - 1);
  return { x, y };
}

/**
 * Aligns several lines on one x axis: the sorted union of their x, and each line's value there or null. If a line
 * contains an x twice, the later value is used.
 */
export function alignSeries(lines: readonly Decimated[]): { x: number[]; y: (number | null)[][] } {
  const x = [...new Set(lines.flatMap((line) => line.x))].sort((a, b) => a - b);
  const position = new Map(x.map((value, index) => [value, index]));
  const y = lines.map((line) => {
    const values: (number | null)[] = new Array(x.length).fill(null);
    for (let index = 0; index < line.x.length; index++) {
      const value = line.y[index] as number;
      const at = position.get(line.x[index] as number);
      if (at !== undefined) values[at] = Number.isFinite(value) ? value : null;
    }
    return values;
  });
  return { x, y };
}

/** Smallest and largest x of several lines; null if all are empty. */
export function extentOfX(lines: readonly Points[]): [number, number] | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const line of lines) {
    if (line.x.length === 0) continue;
    low = Math.min(low, line.x[0] as number);
    high = Math.max(high, line.x[line.x.length - 1] as number);
  }
  return Number.isFinite(low) && Number.isFinite(high) ? [low, high] : null;
}
