import uPlot from 'uplot';
import { type ChartColours, chartColours, type Scheme, seriesColour, seriesDash } from '#shared/charts/palette';
import { formatCompact } from '#shared/text/number';
import type { LiveSeries } from './live-chart-data';

/** Tick distances for steps and epochs, which are whole: 1, 2, 5, 10, … */
const wholeIncrements = Array.from({ length: 8 }, (_, power) => [1, 2, 5].map((unit) => unit * 10 ** power)).flat();

export interface PlotMarker {
  readonly x: number;
  readonly label: string;
}

export interface PlotSettings {
  readonly series: readonly Pick<LiveSeries, 'key' | 'label' | 'dots' | 'colour'>[];
  readonly scheme: Scheme;
  readonly width: number;
  readonly height: number;
  readonly format: (value: number) => string;
  readonly markers: () => readonly PlotMarker[];
  /** Receives x under the pointer, null when the pointer leaves. */
  readonly onCursor: (x: number | null) => void;
  /** Receives the selected range of x; null shows everything. */
  readonly onView: (view: readonly [number, number] | null) => void;
}

/** uPlot options of a live chart: dragging zooms x, a double click shows everything, markers are dashed lines. */
export function plotOptions(settings: PlotSettings): uPlot.Options {
  const { scheme, format } = settings;
  const colours = chartColours(scheme);
  const font = '11px system-ui, sans-serif';
  const axis = {
    stroke: colours.dimmed,
    font,
    grid: { stroke: colours.grid, width: 1 },
    ticks: { stroke: colours.grid, width: 1, size: 4 },
  };
  return {
    width: settings.width,
    height: settings.height,
    padding: [12, 20, 0, 0],
    legend: { show: false },
    scales: { x: { time: false }, y: { range: yRange } },
    axes: [
      {
        ...axis,
        size: 26,
        incrs: wholeIncrements,
        values: (_, splits) => splits.map((value) => formatCompact(value, 6)),
      },
      { ...axis, size: (_, labels) => widthOf(labels), values: (_, splits) => splits.map(format) },
    ],
    cursor: {
      y: false,
      points: { size: 7 },
      drag: { x: true, y: false, setScale: false },
      bind: {
        dblclick: () => () => {
          settings.onView(null);
          return null;
        },
      },
    },
    series: [
      {},
      ...settings.series.map((line, index): uPlot.Series => {
        const place = line.colour ?? index;
        const stroke = seriesColour(scheme, place);
        return {
          label: line.label,
          stroke,
          width: line.dots === true ? 2 : 1.5,
          dash: settings.series.length > 1 ? [...seriesDash(place)] : [],
          pxAlign: 0,
          spanGaps: true,
          // A line of one point would be invisible.
          points: { show: (plot, at) => line.dots === true || isAlone(plot.data[at]), size: 6, fill: stroke, stroke },
        };
      }),
    ],
    hooks: {
      setCursor: [
        (plot) => {
          const left = plot.cursor.left ?? -1;
          settings.onCursor(left < 0 ? null : plot.posToVal(left, 'x'));
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width < 4) return;
          settings.onView([plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')]);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      draw: [(plot) => drawMarkers(plot, settings.markers(), colours, font)],
    },
  };
}

const MIN_AXIS_WIDTH = 52;
/** Width of an 11 px digit, and the gap between labels and axis. */
const DIGIT_WIDTH = 6.4;
const AXIS_GAP = 14;

/** Width of the y axis, enough for its longest label. */
export const widthOf = (labels: readonly string[] | null): number =>
  Math.max(MIN_AXIS_WIDTH, AXIS_GAP + DIGIT_WIDTH * Math.max(0, ...(labels ?? []).map(({ length }) => length)));

/** Whether there is at most one point, ignoring gaps. */
export const isAlone = (values: ArrayLike<number | null | undefined> | undefined): boolean =>
  Array.from(values ?? []).filter((value) => typeof value === 'number').length < 2;

/** The range of values with a margin; a flat line is in the middle. */
function yRange(_: uPlot, low: number | null, high: number | null): uPlot.Range.MinMax {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  if (low === high) {
    const air = Math.abs(low) * 0.1 || 1;
    return [low - air, high + air];
  }
  const air = (high - low) * 0.06;
  return [low >= 0 && low < air ? 0 : low - air, high + air];
}

function drawMarkers(plot: uPlot, markers: readonly PlotMarker[], colours: ChartColours, font: string): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  for (const marker of markers) {
    const x = plot.valToPos(marker.x, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.save();
    ctx.strokeStyle = colours.text;
    ctx.lineWidth = ratio;
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.font = font.replace('11px', `${11 * ratio}px`);
    ctx.textBaseline = 'top';
    const rightHalf = x > bbox.left + bbox.width / 2;
    ctx.textAlign = 'left';
    const textWidth = ctx.measureText(marker.label).width;
    const left = x + (rightHalf ? -5 * ratio - textWidth : 5 * ratio);
    ctx.fillStyle = colours.background;
    ctx.globalAlpha = 0.8;
    const bottom = bbox.top + bbox.height;
    ctx.fillRect(left - 2 * ratio, bottom - 15 * ratio, textWidth + 4 * ratio, 14 * ratio);
    ctx.globalAlpha = 1;
    ctx.fillStyle = colours.text;
    ctx.fillText(marker.label, left, bottom - 13 * ratio);
    ctx.restore();
  }
}
