import type { TableData } from '../components/table-text';
import { alignSeries, lowerBound, type Points } from './decimate';

/** One line of a live chart. Points are only appended. */
export interface LiveSeries {
  readonly key: string;
  readonly label: string;
  readonly points: Points;
  /** Draws a dot at each point, for lines of few points such as one per epoch. */
  readonly dots?: boolean;
  /** Index into the palette; by default the line's own index. */
  readonly colour?: number;
  /** The smoothing switch averages this line. */
  readonly noisy?: boolean;
}

/** Value of the last point at or before `x`; null before the first point. */
export function valueAt(points: Points, x: number): number | null {
  let index = lowerBound(points.x, x);
  if (index >= points.x.length || (points.x[index] as number) > x) index--;
  const value = index < 0 ? undefined : points.y[index];
  return value === undefined || !Number.isFinite(value) ? null : value;
}

/** All points as one table: x, then one column per line, empty where a line has no point. */
export function liveTable(xLabel: string, series: readonly LiveSeries[]): TableData {
  const aligned = alignSeries(series.map(({ points }) => ({ x: Array.from(points.x), y: Array.from(points.y) })));
  return {
    columns: [xLabel, ...series.map(({ label }) => label)],
    rows: aligned.x.map((x, index) => [x, ...aligned.y.map((line) => line[index] ?? null)]),
  };
}
