import 'uplot/dist/uPlot.min.css';
import { type RefObject, useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { alignSeries, decimate } from './decimate';
import type { LiveSeries } from './live-chart-data';
import { type PlotMarker, plotOptions } from './live-chart-plot';
import { useScheme } from './use-scheme';
import { useWidth } from './use-width';

/** The visible range of x: [from, to]. */
export type View = readonly [number, number];

export interface LivePlotInput {
  /** Names, dots and colours of the lines; the points are taken from `shown`. */
  readonly series: readonly LiveSeries[];
  /** The lines as drawn, in the order of `series`. */
  readonly shown: readonly LiveSeries[];
  readonly hidden: ReadonlySet<string>;
  readonly markers: readonly PlotMarker[];
  readonly height: number;
  readonly format: (value: number) => string;
  /** Null shows everything. */
  readonly view: View | null;
  /** The full range of x; null if no line has a point. */
  readonly all: View | null;
  readonly onCursor: (x: number | null) => void;
  readonly onView: (view: View | null) => void;
}

/** A plot that follows its data, size and colours, with at most two points per pixel of each line. */
export function useLivePlot(input: LivePlotInput): {
  /** The plot's container. */
  readonly holder: RefObject<HTMLDivElement | null>;
  readonly plot: RefObject<uPlot | null>;
} {
  const { series, shown, hidden, markers, height, view, all, onCursor, onView } = input;
  const scheme = useScheme();
  const [holder, width] = useWidth<HTMLDivElement>();
  const plotRef = useRef<uPlot | null>(null);
  const latest = useRef(input);
  latest.current = input;
  const structure = series.map(({ key, label, dots, colour }) => `${key}|${label}|${dots}|${colour}`).join('\n');

  // biome-ignore lint/correctness/useExhaustiveDependencies: `structure` represents the parts of `series` that build the plot; effects below update data and size
  useEffect(() => {
    const element = holder.current;
    if (element === null || width === 0) return;
    const plot = new uPlot(
      plotOptions({
        series,
        scheme,
        width,
        height,
        format: (value) => latest.current.format(value),
        markers: () => latest.current.markers,
        onCursor,
        onView,
      }),
      [[], ...series.map(() => [])],
      element,
    );
    plotRef.current = plot;
    return () => {
      plotRef.current = null;
      plot.destroy();
    };
  }, [structure, scheme, width === 0, height, holder]);

  useEffect(() => {
    if (width > 0) plotRef.current?.setSize({ width, height });
  }, [width, height]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a plot rebuilt for a new structure or scheme needs its data again; markers are read while drawing
  useEffect(() => {
    const plot = plotRef.current;
    if (plot === null || width === 0) return;
    const [min, max] = view ?? (all === null ? [0, 1] : all[0] === all[1] ? [all[0] - 0.5, all[1] + 0.5] : all);
    const lines = shown.map((line) =>
      hidden.has(line.key) ? { x: [], y: [] } : decimate(line.points, min, max, width),
    );
    const aligned = alignSeries(lines);
    plot.batch(() => {
      plot.setData([aligned.x, ...aligned.y] as uPlot.AlignedData, false);
      plot.setScale('x', { min, max });
    });
  }, [shown, view, hidden, width, structure, scheme, markers, all?.[0], all?.[1]]);

  return { holder, plot: plotRef };
}
