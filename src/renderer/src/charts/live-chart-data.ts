import type { TableData } from '../components/table-text';
import { alignSeries, lowerBound, type Points } from './decimate';

/** One line of a live chart. Its points only ever grow at the end. */
export interface LiveSeries {
  readonly key: string;
  readonly label: string;
  readonly points: Points;
  /** Draws a dot on each point: for few points, such as one an epoch. */
  readonly dots?: boolean;
  /** Place in the palette; its own place in the list unless told. */
  readonly colour?: number;
  /** True for a noisy line that the smoothing switch may average. */
  readonly noisy?: boolean;
}

/** A line's value at `x`: that of the last point that is not after it; null before the first. */
export function valueAt(points: Points, x: number): number | null {
  let index = lowerBound(points.x, x);
  if (index >= points.x.length || (points.x[index] as number) > x) index--;
  const value = index < 0 ? undefined : points.y[index];
  return value === undefined || !Number.isFinite(value) ? null : value;
}

/** All points of all lines as one table: x, then a column a line, empty where a line has no point. */
export function liveTable(xLabel: string, series: readonly LiveSeries[]): TableData {
  const aligned = alignSeries(series.map(({ points }) => ({ x: Array.from(points.x), y: Array.from(points.y) })));
  return {
    columns: [xLabel, ...series.map(({ label }) => label)],
    rows: aligned.x.map((x, index) => [x, ...aligned.y.map((line) => line[index] ?? null)]),
  };
}
