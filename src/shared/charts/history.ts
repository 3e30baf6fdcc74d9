import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { formatCompact } from '../text/number';
import { chartColours, type Scheme, seriesColour, seriesDash } from './palette';
import { type Drawing, element, textElement } from './svg';
import { wholeTicks } from './ticks';

/** A value by epoch. */
export interface HistoryLine {
  readonly label: string;
  /** [epoch, value]; values that are not finite are not drawn. */
  readonly points: readonly (readonly [number, number])[];
}

export interface HistoryAxis {
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
}

/** About as many steps of the values. */
const TICKS = 5;

/** Lines of more points have no dots. */
export const MAX_DOTS = 60;

/** The points of a line that can be drawn. */
export function finitePoints({ points }: HistoryLine): (readonly [number, number])[] {
  return points.filter(([, value]) => Number.isFinite(value));
}

/** From the first epoch to the last, with about `count` ticks. */
export function epochAxis(lines: readonly HistoryLine[], count: number): HistoryAxis {
  const [first = 0, last = 1] = extent(lines.flatMap(finitePoints), ([epoch]) => epoch);
  const domain = [first === last ? first - 1 : first, last] as const;
  return { domain, ticks: wholeTicks(first, last, count), format: String };
}

/** Round ends around all values and the numbers in `include`. */
export function valueAxis(lines: readonly HistoryLine[], include: readonly number[] = []): HistoryAxis {
  const [low = 0, high = 1] = extent([...lines.flatMap(finitePoints).map(([, value]) => value), ...include]);
  const scale = scaleLinear().domain([low, high]).nice(TICKS);
  const [from = low, to = high] = scale.domain();
  // All digits of the round numbers: rounded further, neighbours could look equal.
  return { domain: [from, to], ticks: scale.ticks(TICKS), format: (value) => formatCompact(value, 6) };
}

const SIZE = { width: 460, height: 260 };
const PLOT = { left: 46, right: SIZE.width - 12, top: 28, bottom: SIZE.height - 40 };

/** Lines over epochs with a legend above; colour and dashes distinguish them. */
export function drawHistory(
  lines: readonly HistoryLine[],
  options: {
    readonly scheme: Scheme;
    /** Values that the axis shows in any case. */
    readonly include: readonly number[];
    /** Marked with a dashed line. */
    readonly bestEpoch: number | null;
  },
): Drawing {
  const { scheme, include, bestEpoch } = options;
  const colours = chartColours(scheme);
  const [epochs, values] = [epochAxis(lines, 6), valueAxis(lines, include)];
  const x = scaleLinear().domain(epochs.domain).range([PLOT.left, PLOT.right]);
  const y = scaleLinear().domain(values.domain).range([PLOT.bottom, PLOT.top]);
  const pathOf = line<readonly [number, number]>(
    ([epoch]) => x(epoch),
    ([, value]) => y(value),
  ).digits(2);
  const stroke = (index: number) => ({
    stroke: seriesColour(scheme, index),
    'stroke-width': 2,
    'stroke-dasharray': seriesDash(index).join(' ') || 'none',
  });
  let end = PLOT.left;
  return {
    ...SIZE,
    body: [
      ...values.ticks.map(
        (value) =>
          element('line', { x1: PLOT.left, x2: PLOT.right, y1: y(value), y2: y(value), stroke: colours.grid }) +
          textElement(values.format(value), {
            x: PLOT.left - 8,
            y: y(value) + 4,
            'text-anchor': 'end',
            fill: colours.dimmed,
          }),
      ),
      ...epochs.ticks.map((epoch) =>
        textElement(epochs.format(epoch), {
          x: x(epoch),
          y: PLOT.bottom + 18,
          'text-anchor': 'middle',
          fill: colours.dimmed,
        }),
      ),
      textElement('epoch', {
        x: (PLOT.left + PLOT.right) / 2,
        y: SIZE.height - 4,
        'text-anchor': 'middle',
        fill: colours.dimmed,
      }),
      ...(bestEpoch === null ? [] : [drawBestEpoch(bestEpoch, x(bestEpoch), colours.text)]),
      ...lines.map((entry, index) => {
        const points = finitePoints(entry);
        const dots = points.length > MAX_DOTS ? [] : points;
        return [
          element('path', { d: pathOf(points) ?? '', fill: 'none', 'stroke-linejoin': 'round', ...stroke(index) }),
          ...dots.map(([epoch, value]) =>
            element('circle', { cx: x(epoch), cy: y(value), r: 2.4, fill: seriesColour(scheme, index) }),
          ),
        ].join('');
      }),
      ...lines.map(({ label }, index) => {
        const start = end;
        end += 44 + label.length * 6.6;
        return (
          element('line', { x1: start, x2: start + 24, y1: 8, y2: 8, ...stroke(index) }) +
          textElement(label, { x: start + 30, y: 12, fill: colours.text })
        );
      }),
    ].join(''),
  };
}

function drawBestEpoch(epoch: number, x: number, colour: string): string {
  const isRight = x > (PLOT.left + PLOT.right) / 2;
  return (
    element('line', {
      x1: x,
      x2: x,
      y1: PLOT.top,
      y2: PLOT.bottom,
      stroke: colour,
      'stroke-opacity': 0.7,
      'stroke-dasharray': '3 3',
    }) +
    textElement(`best: epoch ${epoch}`, {
      x: x + (isRight ? -6 : 6),
      y: PLOT.bottom - 8,
      'text-anchor': isRight ? 'end' : 'start',
      fill: colour,
    })
  );
}
