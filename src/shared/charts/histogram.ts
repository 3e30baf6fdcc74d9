import { max, min, range } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { stack, stackOffsetDiverging, stackOffsetNone } from 'd3-shape';
import type { TableData } from '../tables/csv';
import { chartColours, type Scheme, seriesColour } from './palette';
import { type Drawing, element, svgFile, textElement } from './svg';
import { wholeTicks } from './ticks';

/** Counts per bin, stacked from the first series up. `edges` has one more entry than there are bins. */
export interface HistogramData {
  readonly edges: readonly number[];
  readonly series: readonly { readonly key: string; readonly label: string; readonly counts: readonly number[] }[];
}

/** Stacked: each series on top of the one before it. Diverging: the first upwards, the others downwards. */
export type HistogramStacking = 'stacked' | 'diverging';

export interface HistogramBar {
  readonly bin: number;
  readonly series: number;
  readonly count: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** All bars of one bin, which a person selects together. */
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
  /** Bins with at least one image. */
  readonly columns: readonly HistogramColumn[];
  readonly ticksX: readonly { readonly x: number; readonly text: string }[];
  readonly ticksY: readonly { readonly y: number; readonly text: string }[];
  readonly plot: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
  /** y of no images: the bottom of the plot, unless bars diverge. */
  readonly baseline: number;
}

/** About as many steps of the counts. */
const TICKS_Y = 4;

/** Positions in an image of `width` × `height` pixels, without empty bars. */
export function layoutHistogram(
  data: HistogramData,
  quantity: string,
  width: number,
  height: number,
  stacking: HistogramStacking = 'stacked',
): HistogramLayout {
  const plot = { left: 40, top: 10, right: Math.max(60, width - 10), bottom: Math.max(40, height - 38) };
  const bins = range(Math.max(0, data.edges.length - 1));
  const edge = (index: number) => data.edges[index] ?? 0;
  const countOf = (bin: number, series: number) => Math.max(0, data.series[series]?.counts[bin] ?? 0);
  const isDiverging = stacking === 'diverging';
  const stacks = stack<number, number>()
    .keys(range(data.series.length))
    .value((bin, series) => (isDiverging && series > 0 ? -1 : 1) * countOf(bin, series))
    .offset(isDiverging ? stackOffsetDiverging : stackOffsetNone)(bins);
  const ends = stacks.flat(2);
  const x = scaleLinear()
    .domain([edge(0), data.edges.at(-1) ?? 1])
    .range([plot.left, plot.right]);
  const y = scaleLinear()
    .domain([min([0, ...ends]) ?? 0, max([1, ...ends]) ?? 1])
    .range([plot.bottom, plot.top]);
  // Diverging bars use the whole height: a round end below would leave much of it empty.
  if (!isDiverging) y.nice(TICKS_Y);
  const [low = 0, high = 1] = y.domain();
  const every = bins.length > 12 ? 4 : 2;
  return {
    bars: bins.flatMap((bin) =>
      stacks.flatMap((ranges, series) => {
        const count = countOf(bin, series);
        const [from, to] = ranges[bin] ?? [0, 0];
        return count === 0
          ? []
          : [
              {
                bin,
                series,
                count,
                x: x(edge(bin)) + 1,
                y: y(to),
                width: Math.max(1, x(edge(bin + 1)) - x(edge(bin)) - 2),
                height: y(from) - y(to),
              },
            ];
      }),
    ),
    columns: bins.flatMap((bin) => {
      const counts = data.series.flatMap(({ label }, series) => {
        const count = countOf(bin, series);
        return count === 0 ? [] : [`${count} ${label.toLowerCase()}`];
      });
      const [first, last] = [edge(bin), edge(bin + 1)];
      return counts.length === 0
        ? []
        : [
            {
              bin,
              low: first,
              high: last,
              x: x(first),
              width: x(last) - x(first),
              name: `${quantity} ${first.toFixed(2)} to ${last.toFixed(2)}: ${counts.join(', ')}`,
            },
          ];
    }),
    ticksX: data.edges
      .filter((_, index) => index % every === 0)
      .map((value) => ({ x: x(value), text: value.toFixed(1) })),
    ticksY: wholeTicks(low, high, TICKS_Y).map((count) => ({ y: y(count), text: String(Math.abs(count)) })),
    plot,
    baseline: y(0),
  };
}

/** One row per bin: its edges and the count of each series. */
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

/** Fill of each series. Every second one is striped, so that stacked series differ without colour. */
export function histogramFill(scheme: Scheme, series: number): { readonly colour: string; readonly striped: boolean } {
  return { colour: seriesColour(scheme, series % 2), striped: series % 2 === 1 };
}

const LEGEND_HEIGHT = 20;

/** Legend, axes and bars. Stacked bars use a pattern with the id `stripes`; diverging ones have plain fills. */
export function drawHistogram(
  data: HistogramData,
  quantity: string,
  size: { readonly width: number; readonly height: number },
  scheme: Scheme,
  stacking: HistogramStacking = 'stacked',
): Drawing {
  const colours = chartColours(scheme);
  const layout = layoutHistogram(data, quantity, size.width, size.height - LEGEND_HEIGHT, stacking);
  const { plot } = layout;
  const fillOf = (series: number) => {
    const { colour, striped } = histogramFill(scheme, series);
    return striped && stacking === 'stacked' ? 'url(#stripes)' : colour;
  };
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
  const legend = data.series.map(({ label }, index) => {
    const x = plot.left + index * 130;
    return (
      element('rect', { x, y: 0, width: 12, height: 12, rx: 2, fill: fillOf(index) }) +
      textElement(label, { x: x + 18, y: 10, fill: colours.text })
    );
  });
  const body = [
    ...layout.ticksY.map(
      ({ y, text }) =>
        element('line', { x1: plot.left, x2: plot.right, y1: y, y2: y, stroke: colours.grid }) +
        textElement(text, { x: plot.left - 6, y: y + 4, 'text-anchor': 'end', fill: colours.dimmed }),
    ),
    ...layout.bars.map((bar) =>
      element('rect', { x: bar.x, y: bar.y, width: bar.width, height: bar.height, fill: fillOf(bar.series) }),
    ),
    element('line', { x1: plot.left, x2: plot.right, y1: layout.baseline, y2: layout.baseline, stroke: colours.axis }),
    ...layout.ticksX.map(({ x, text }) =>
      textElement(text, { x, y: plot.bottom + 16, 'text-anchor': 'middle', fill: colours.dimmed }),
    ),
    textElement(quantity, {
      x: (plot.left + plot.right) / 2,
      y: plot.bottom + 32,
      'text-anchor': 'middle',
      fill: colours.dimmed,
    }),
  ];
  return {
    ...size,
    body: [
      stacking === 'stacked' ? stripes : '',
      ...legend,
      element('g', { transform: `translate(0 ${LEGEND_HEIGHT})` }, body.join('')),
    ].join(''),
  };
}

/** The histogram as a stand-alone SVG file. */
export function histogramSvg(title: string, data: HistogramData, quantity: string, scheme: Scheme): string {
  return svgFile(title, drawHistogram(data, quantity, { width: 628, height: 320 }, scheme), chartColours(scheme));
}
