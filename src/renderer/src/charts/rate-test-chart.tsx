import * as Plot from '@observablehq/plot';
import { useCallback } from 'react';
import { chartColours, seriesColour } from '#shared/charts/palette';
import { formatCompact } from '#shared/text/number';
import type { RatePoint } from '#shared/training/learning-rate-finder';
import { SectionCard } from '../components/section-card';
import { ChartMenu } from './chart-menu';
import { PlotFigure, plotSvg } from './plot-figure';
import { useScheme } from './use-scheme';

export interface RateTestChartProps {
  readonly points: readonly RatePoint[];
  /** The suggested learning rate, marked in the chart. */
  readonly suggestion: number | null;
}

/** Losses above this multiple of the first are cut off: divergence at the end would flatten the rest of the curve. */
const HEADROOM = 1.25;

/** Loss over the learning rate, which rises with each step. */
export function RateTestChart({ points, suggestion }: RateTestChartProps) {
  const scheme = useScheme();
  const build = useCallback(
    (width: number): Plot.PlotOptions => {
      const colours = chartColours(scheme);
      const losses = points.map(({ smoothedLoss }) => smoothedLoss);
      const [lowest, highest] = [Math.min(...losses), Math.min(Math.max(...losses), (losses[0] ?? 1) * HEADROOM)];
      const margin = 0.05 * (highest - lowest);
      return {
        width,
        height: 260,
        marginLeft: 48,
        marginBottom: 34,
        style: { background: 'transparent', color: colours.dimmed, fontSize: '11px', fontFamily: 'inherit' },
        x: { type: 'log', label: 'Learning rate', tickFormat: (rate: number) => formatCompact(rate), ticks: 6 },
        y: { label: 'Loss', domain: [lowest - margin, highest + margin], grid: true, clamp: true },
        marks: [
          Plot.dot(points, {
            x: 'learningRate',
            y: 'loss',
            r: 1.6,
            fill: colours.dimmed,
            fillOpacity: 0.6,
            clip: true,
          }),
          Plot.lineY(points, {
            x: 'learningRate',
            y: 'smoothedLoss',
            stroke: seriesColour(scheme, 0),
            strokeWidth: 2,
            clip: true,
          }),
          ...(suggestion === null
            ? []
            : [
                Plot.ruleX([suggestion], { stroke: colours.text, strokeDasharray: '3 3' }),
                Plot.text([suggestion], {
                  x: (rate: number) => rate,
                  text: () => `suggested: ${formatCompact(suggestion)}`,
                  frameAnchor: 'top',
                  textAnchor: 'start',
                  dx: 6,
                  fill: colours.text,
                }),
              ]),
        ],
      };
    },
    [points, suggestion, scheme],
  );
  return (
    <SectionCard
      title="Loss over the learning rate"
      description="Dots: the loss of each step. Line: smoothed."
      actions={
        <ChartMenu
          name="Learning rate test"
          table={() => ({
            columns: ['Learning rate', 'Loss', 'Smoothed loss'],
            rows: points.map(({ learningRate, loss, smoothedLoss }) => [learningRate, loss, smoothedLoss]),
          })}
          svg={() => plotSvg(build(640), chartColours(scheme).background)}
        />
      }
    >
      <PlotFigure
        label={
          suggestion === null
            ? `The loss at ${points.length} learning rates: none made it fall`
            : `The loss at ${points.length} learning rates, with ${formatCompact(suggestion)} suggested`
        }
        build={build}
      />
    </SectionCard>
  );
}
