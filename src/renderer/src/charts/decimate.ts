/** Points of one line, x not decreasing. */
export interface Points {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

export interface Decimated {
  readonly x: number[];
  readonly y: number[];
}

/** First index whose x is at least `value`. */
export function lowerBound(x: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((x[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Thins the part of a line that lies in [`from`, `to`] (and one point on either side, so that the line runs out of the
 * picture) to at most about 2 × `buckets` points: of each bucket the smallest and the largest value stay, in their
 * order, so that no spike is lost. Few points pass through unchanged.
 */
export function decimate(points: Points, from: number, to: number, buckets: number): Decimated {
  const total = Math.min(points.x.length, points.y.length);
  const start = Math.max(0, Math.min(total, lowerBound(points.x, from)) - 1);
  let end = Math.min(total, lowerBound(points.x, to));
  while (end < total && (points.x[end] as number) <= to) end++;
  end = Math.min(total, end + 1);

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
 * Puts several lines on one x axis: the sorted union of their x, and per line its value there or null. When a line
 * holds an x twice, the later value counts.
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

/** Smallest and largest x of several lines; null when all are empty. */
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
