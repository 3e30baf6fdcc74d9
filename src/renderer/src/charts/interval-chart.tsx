import * as Plot from '@observablehq/plot';
import { useCallback } from 'react';
import { chartColours, seriesColour } from '#shared/charts/palette';
import type { Metric } from '#shared/models/metric';
import { formatMetric } from '#shared/text/metric';
import { formatCompact } from '#shared/text/number';
import { SectionCard } from '../components/section-card';
import { ChartMenu } from './chart-menu';
import { PlotFigure, plotSvg } from './plot-figure';
import { useScheme } from './use-scheme';

export interface IntervalRow {
  readonly label: string;
  /** Null before the first measurement. */
  readonly metric: Metric | null;
  /** A word beside the dot, which is then filled. */
  readonly mark?: string | undefined;
}

export interface IntervalChartProps {
  readonly title: string;
  readonly description?: string;
  /** Title of the rows, such as "Learning rate". */
  readonly rowTitle: string;
  /** The measured quantity, such as "Accuracy". */
  readonly quantity: string;
  readonly rows: readonly IntervalRow[];
}

const ROW_HEIGHT = 26;

/** One row per value with its 95 % interval, all on one scale. */
export function IntervalChart({ title, description, rowTitle, quantity, rows }: IntervalChartProps) {
  const scheme = useScheme();
  const build = useCallback(
    (width: number): Plot.PlotOptions => {
      const colours = chartColours(scheme);
      const colour = seriesColour(scheme, 0);
      const measured = rows.flatMap(({ label, metric, mark }) => (metric === null ? [] : [{ label, mark, ...metric }]));
      const longest = rows.reduce((most, { label }) => Math.max(most, label.length), 0);
      return {
        width,
        height: rows.length * ROW_HEIGHT + 50,
        marginLeft: Math.min(180, 24 + longest * 6.5),
        marginRight: 48,
        marginBottom: 34,
        marginTop: 10,
        style: {
          background: 'transparent',
          color: colours.dimmed,
          fontSize: '11px',
          fontFamily: 'system-ui, sans-serif',
        },
        x: {
          label: `${quantity}, 95 % interval`,
          grid: true,
          ticks: Math.max(3, Math.floor(width / 110)),
          tickFormat: (value: number) => formatCompact(value, 6),
          nice: true,
        },
        y: { label: null, domain: rows.map(({ label }) => label), tickSize: 0, padding: 0.3 },
        marks: [
          Plot.ruleY(
            measured.filter(({ low, high }) => low !== null && high !== null),
            { y: 'label', x1: 'low', x2: 'high', stroke: colour, strokeWidth: 2 },
          ),
          Plot.dot(measured, {
            y: 'label',
            x: 'value',
            r: 5,
            stroke: colour,
            strokeWidth: 2,
            fill: ({ mark }: { mark?: string }) => (mark === undefined ? colours.background : colour),
          }),
          Plot.text(
            measured.filter(({ mark }) => mark !== undefined),
            {
              y: 'label',
              frameAnchor: 'right',
              dx: 40,
              textAnchor: 'end',
              text: 'mark',
              fill: colours.text,
              fontWeight: 600,
            },
          ),
        ],
      };
    },
    [rows, quantity, scheme],
  );
  return (
    <SectionCard
      title={title}
      {...(description === undefined ? {} : { description })}
      actions={
        <ChartMenu
          name={title}
          table={() => ({
            columns: [rowTitle, quantity, '95 % low', '95 % high', 'n'],
            rows: rows.map(({ label, metric }) => [
              label,
              metric?.value ?? null,
              metric?.low ?? null,
              metric?.high ?? null,
              metric?.n ?? null,
            ]),
          })}
          svg={() => plotSvg(build(720), chartColours(scheme).background)}
        />
      }
    >
      <PlotFigure
        label={`${quantity} by ${rowTitle.toLowerCase()}: ${rows
          .map(({ label, metric, mark }) => `${label} ${formatMetric(metric)}${mark === undefined ? '' : ` (${mark})`}`)
          .join(', ')}`}
        build={build}
      />
    </SectionCard>
  );
}
