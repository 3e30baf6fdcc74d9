import * as Plot from '@observablehq/plot';
import { useCallback } from 'react';
import { chartColours, type Scheme, seriesColour, seriesDash } from '#shared/charts/palette';
import { formatFixed } from '#shared/text/number';
import { SectionCard } from '../components/section-card';
import type { TableData } from '../components/table-text';
import { ChartMenu } from './chart-menu';
import { decimate, type Points } from './decimate';
import { PlotFigure, plotSvg } from './plot-figure';
import { useScheme } from './use-scheme';

export interface CurveLine {
  readonly label: string;
  /** Vertices, both within 0..1; x does not decrease. */
  readonly points: Points;
}

export interface CurveBand {
  readonly x: readonly number[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

export interface CurveChartProps {
  readonly title: string;
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** The first is the one with the band and the point. */
  readonly lines: readonly CurveLine[];
  readonly band: CurveBand | null;
  /** The line of a model without information: its y at 0 and at 1. */
  readonly chanceFrom: number;
  readonly chanceTo: number;
  /** Whether y changes only at vertices, before x. */
  readonly isStep: boolean;
  readonly point: { readonly x: number; readonly y: number } | null;
  readonly onPoint: (x: number, y: number) => void;
  /** The exact numbers, for copies and files. */
  readonly table: () => TableData;
}

const EXPORT_WIDTH = 560;
const MOST_HEIGHT = 380;

/** One or more curves in the unit square; a click chooses a point. */
export function CurveChart(props: CurveChartProps) {
  const { title, description, xLabel, yLabel, lines, band, chanceFrom, chanceTo, isStep, point, onPoint, table } =
    props;
  const scheme = useScheme();
  const build = useCallback(
    (width: number): Plot.PlotOptions => {
      const colours = chartColours(scheme);
      return {
        width,
        height: Math.min(width, MOST_HEIGHT),
        marginLeft: 46,
        marginBottom: 36,
        style: { background: 'transparent', color: colours.dimmed, fontSize: '11px', fontFamily: 'inherit' },
        x: { label: xLabel, domain: [0, 1], grid: true, ticks: 5 },
        y: { label: yLabel, domain: [0, 1], grid: true, ticks: 5 },
        marks: [
          Plot.line([[0, chanceFrom] as const, [1, chanceTo] as const], {
            x: '0',
            y: '1',
            stroke: colours.axis,
            strokeDasharray: '3 4',
          }),
          ...(band === null ? [] : [bandMark(band, scheme)]),
          ...lines.map(({ points }, index) => {
            const drawn = decimate(points, 0, 1, width);
            return Plot.line(drawn.x, {
              x: drawn.x,
              y: drawn.y,
              curve: isStep ? 'step-before' : 'linear',
              stroke: seriesColour(scheme, index),
              strokeWidth: index === 0 ? 2.25 : 1.75,
              strokeDasharray: seriesDash(index).join(' '),
            });
          }),
          ...(point === null
            ? []
            : [
                Plot.dot([point], { x: 'x', y: 'y', r: 6, fill: seriesColour(scheme, 0), stroke: colours.background }),
                Plot.ruleX([point], { x: 'x', stroke: colours.text, strokeOpacity: 0.35 }),
                Plot.ruleY([point], { y: 'y', stroke: colours.text, strokeOpacity: 0.35 }),
              ]),
        ],
      };
    },
    [lines, band, chanceFrom, chanceTo, isStep, point, scheme, xLabel, yLabel],
  );
  return (
    <SectionCard
      title={title}
      description={description}
      actions={
        <ChartMenu
          name={title}
          table={table}
          svg={() => plotSvg(build(EXPORT_WIDTH), chartColours(scheme).background)}
        />
      }
    >
      <PlotFigure
        label={`${title}: ${lines.map(({ label }) => label).join(', ')}${point === null ? '' : `. Chosen: ${xLabel} ${formatFixed(point.x)}, ${yLabel} ${formatFixed(point.y)}`}`}
        build={build}
        onPoint={onPoint}
      />
    </SectionCard>
  );
}

function bandMark({ x, low, high }: CurveBand, scheme: Scheme) {
  return Plot.areaY(x, {
    x,
    y1: low.map((value) => value ?? Number.NaN),
    y2: high.map((value) => value ?? Number.NaN),
    fill: seriesColour(scheme, 0),
    fillOpacity: 0.16,
  });
}
