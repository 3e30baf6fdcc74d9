import { type ChartColours, chartColours, type Scheme } from '#shared/charts/palette';
import { roundStep } from '#shared/charts/ticks';
import type { TableData } from '../components/table-text';
import { element, svgDocument, textElement } from './svg';

/** Counts per bin, stacked from the first series up. `edges` has one more entry than there are bins. */
export interface HistogramData {
  readonly edges: readonly number[];
  readonly series: readonly { readonly key: string; readonly label: string; readonly counts: readonly number[] }[];
}

export interface HistogramBar {
  readonly bin: number;
  readonly series: number;
  readonly count: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** All bars of one bin: what a person points at. */
export interface HistogramColumn {
  readonly bin: number;
  readonly low: number;
  readonly high: number;
  readonly x: number;
  readonly width: number;
  /** "Confidence 0.80 to 0.85: 4 correct, 1 incorrect". */
  readonly name: string;
}

export interface HistogramLayout {
  readonly bars: readonly HistogramBar[];
  /** Bins that hold something. */
  readonly columns: readonly HistogramColumn[];
  readonly ticksX: readonly { readonly x: number; readonly text: string }[];
  readonly ticksY: readonly { readonly y: number; readonly text: string }[];
  readonly plot: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
}

/** A round step (1, 2 or 5 × a power of ten, at least 1) that divides 0..`highest` into about `count` parts. */
export function countStep(highest: number, count: number): number {
  return roundStep(Math.max(1, highest / count));
}

/** Where everything stands in a picture of `width` × `height` pixels. Bars of no images are left out. */
export function layoutHistogram(data: HistogramData, quantity: string, width: number, height: number): HistogramLayout {
  const plot = { left: 40, top: 10, right: Math.max(60, width - 10), bottom: Math.max(40, height - 38) };
  const bins = Math.max(0, data.edges.length - 1);
  const first = data.edges[0] ?? 0;
  const last = data.edges[bins] ?? 1;
  const span = last - first || 1;
  const totals = Array.from({ length: bins }, (_, bin) =>
    data.series.reduce((sum, series) => sum + (series.counts[bin] ?? 0), 0),
  );
  const step = countStep(Math.max(1, ...totals), 4);
  const top = Math.ceil(Math.max(1, ...totals) / step) * step;
  const xOf = (value: number) => plot.left + ((value - first) / span) * (plot.right - plot.left);
  const yOf = (count: number) => plot.bottom - (count / top) * (plot.bottom - plot.top);

  const bars: HistogramBar[] = [];
  const columns: HistogramColumn[] = [];
  for (let bin = 0; bin < bins; bin++) {
    const low = data.edges[bin] ?? 0;
    const high = data.edges[bin + 1] ?? low;
    let below = 0;
    data.series.forEach((series, index) => {
      const count = series.counts[bin] ?? 0;
      if (count <= 0) return;
      bars.push({
        bin,
        series: index,
        count,
        x: xOf(low) + 1,
        y: yOf(below + count),
        width: Math.max(1, xOf(high) - xOf(low) - 2),
        height: yOf(below) - yOf(below + count),
      });
      below += count;
    });
    if (below > 0) {
      const parts = data.series
        .filter((series) => (series.counts[bin] ?? 0) > 0)
        .map((series) => `${series.counts[bin]} ${series.label.toLowerCase()}`);
      columns.push({
        bin,
        low,
        high,
        x: xOf(low),
        width: xOf(high) - xOf(low),
        name: `${quantity} ${low.toFixed(2)} to ${high.toFixed(2)}: ${parts.join(', ')}`,
      });
    }
  }
  const every = bins > 12 ? 4 : 2;
  return {
    bars,
    columns,
    plot,
    ticksX: data.edges
      .map((edge, index) => ({ x: xOf(edge), text: edge.toFixed(1), index }))
      .filter(({ index }) => index % every === 0)
      .map(({ x, text }) => ({ x, text })),
    ticksY: Array.from({ length: Math.round(top / step) + 1 }, (_, index) => ({
      y: yOf(index * step),
      text: String(index * step),
    })),
  };
}

/** One row a bin: its edges and each series' count. */
export function histogramTable(data: HistogramData, quantity: string): TableData {
  return {
    columns: [`${quantity} from`, `${quantity} to`, ...data.series.map((series) => series.label)],
    rows: data.edges
      .slice(0, -1)
      .map((edge, bin) => [
        Number(edge.toFixed(4)),
        Number((data.edges[bin + 1] ?? edge).toFixed(4)),
        ...data.series.map((series) => series.counts[bin] ?? 0),
      ]),
  };
}

/** Fill of each series: blue, then orange under diagonal stripes, so that they differ without colour. */
export function histogramFill(scheme: Scheme, series: number): { readonly colour: string; readonly striped: boolean } {
  const colours = { dark: ['#56b4e9', '#e69f00'], light: ['#0072b2', '#d55e00'] }[scheme];
  return { colour: colours[series % 2] ?? '#888888', striped: series % 2 === 1 };
}

/** The histogram as a stand-alone SVG file. */
export function histogramSvg(title: string, data: HistogramData, quantity: string, scheme: Scheme): string {
  const colours: ChartColours = chartColours(scheme);
  const size = { width: 640, height: 360 };
  const offset = 56;
  const layout = layoutHistogram(data, quantity, size.width, size.height - offset);
  const { plot } = layout;
  const stripes = element(
    'defs',
    {},
    element(
      'pattern',
      { id: 'stripes', width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
      element('rect', { width: 6, height: 6, fill: histogramFill(scheme, 1).colour }) +
        element('line', { x1: 0, y1: 0, x2: 0, y2: 6, stroke: colours.background, 'stroke-width': 3 }),
    ),
  );
  const fillOf = (series: number) => {
    const { colour, striped } = histogramFill(scheme, series);
    return striped ? 'url(#stripes)' : colour;
  };
  const legend = data.series.map(
    (series, index) =>
      element('rect', { x: plot.left + index * 130, y: -14, width: 12, height: 12, fill: fillOf(index) }) +
      textElement(series.label, { x: plot.left + index * 130 + 18, y: -4, fill: colours.text }),
  );
  const body = [
    ...layout.ticksY.map(
      ({ y, text }) =>
        element('line', { x1: plot.left, x2: plot.right, y1: y, y2: y, stroke: colours.grid }) +
        textElement(text, { x: plot.left - 6, y: y + 4, 'text-anchor': 'end', fill: colours.dimmed }),
    ),
    ...layout.bars.map((bar) =>
      element('rect', { x: bar.x, y: bar.y, width: bar.width, height: bar.height, fill: fillOf(bar.series) }),
    ),
    element('line', { x1: plot.left, x2: plot.right, y1: plot.bottom, y2: plot.bottom, stroke: colours.axis }),
    ...layout.ticksX.map(({ x, text }) =>
      textElement(text, { x, y: plot.bottom + 16, 'text-anchor': 'middle', fill: colours.dimmed }),
    ),
    textElement(quantity, {
      x: (plot.left + plot.right) / 2,
      y: plot.bottom + 32,
      'text-anchor': 'middle',
      fill: colours.dimmed,
    }),
    ...legend,
  ].join('');
  return svgDocument({
    ...size,
    title,
    colours,
    body: stripes + element('g', { transform: `translate(0 ${offset})` }, body),
  });
}
