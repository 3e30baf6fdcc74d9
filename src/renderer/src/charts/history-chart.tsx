import * as Plot from '@observablehq/plot';
import { useCallback } from 'react';
import { epochAxis, finitePoints, type HistoryLine, MAX_DOTS, valueAxis } from '#shared/charts/history';
import { chartColours, seriesColour, seriesDash } from '#shared/charts/palette';
import { formatCompact } from '#shared/text/number';
import { SectionCard } from '../components/section-card';
import { ChartMenu } from './chart-menu';
import { PlotFigure, plotSvg } from './plot-figure';
import { useScheme } from './use-scheme';

export interface HistoryChartProps {
  readonly title: string;
  readonly lines: readonly HistoryLine[];
  /** Marked with a dashed line. */
  readonly bestEpoch: number | null;
  readonly height?: number;
}

interface Point {
  readonly line: string;
  readonly epoch: number;
  readonly value: number;
}

const LEGEND_LINE = 16;

/** The dash pattern of a line in characters, which Plot can draw in every export. */
const legendMark = (index: number): string => ['━━', '╍╍', '┅┅', '━╍', '━ ━', '╍━', '┉┉'][index % 7] ?? '━━';

/** Values by epoch of a finished run, with a legend above and the best epoch marked. */
export function HistoryChart({ title, lines, bestEpoch, height = 220 }: HistoryChartProps) {
  const scheme = useScheme();
  const build = useCallback(
    (width: number): Plot.PlotOptions => {
      const colours = chartColours(scheme);
      const points: Point[] = lines.flatMap((line) =>
        finitePoints(line).map(([epoch, value]) => ({ line: line.label, epoch, value })),
      );
      const [epochs, values] = [epochAxis(lines, Math.max(2, Math.floor(width / 60))), valueAxis(lines)];
      const longest = lines.reduce((most, { label }) => Math.max(most, label.length), 0);
      const entryWidth = Math.max(80, 36 + longest * 6.5);
      const perRow = Math.max(1, Math.floor((width - 60) / entryWidth));
      const legendRows = Math.ceil(lines.length / perRow);
      return {
        width,
        height: height + (legendRows - 1) * LEGEND_LINE,
        marginLeft: 44,
        marginRight: 16,
        marginBottom: 32,
        marginTop: 44 + (legendRows - 1) * LEGEND_LINE,
        style: {
          background: 'transparent',
          color: colours.dimmed,
          fontSize: '11px',
          fontFamily: 'system-ui, sans-serif',
        },
        x: { label: 'Epoch', domain: epochs.domain, ticks: epochs.ticks, tickFormat: epochs.format },
        y: { label: null, grid: true, domain: values.domain, ticks: values.ticks, tickFormat: values.format },
        marks: [
          ...(bestEpoch === null
            ? []
            : [
                Plot.ruleX([bestEpoch], { stroke: colours.text, strokeDasharray: '3 3', strokeOpacity: 0.7 }),
                Plot.text([bestEpoch], {
                  x: (epoch: number) => epoch,
                  text: (epoch: number) => `best: epoch ${epoch}`,
                  frameAnchor: 'top',
                  dy: -16,
                  fill: colours.text,
                }),
              ]),
          ...lines.flatMap(({ label }, index) => {
            const own = points.filter((point) => point.line === label);
            const stroke = seriesColour(scheme, index);
            return [
              Plot.lineY(own, {
                x: 'epoch',
                y: 'value',
                stroke,
                strokeWidth: 1.75,
                strokeDasharray: seriesDash(index).join(' '),
              }),
              Plot.dot(own, { x: 'epoch', y: 'value', r: own.length > MAX_DOTS ? 0 : 2.2, fill: stroke }),
            ];
          }),
          ...lines.flatMap(({ label }, index) => {
            // Legend above the frame, part of the picture so that an exported file carries it.
            const dx = (index % perRow) * entryWidth;
            const dy = -38 - (legendRows - 1 - Math.floor(index / perRow)) * LEGEND_LINE;
            const place = { frameAnchor: 'top-left' as const, dy, textAnchor: 'start' as const };
            return [
              Plot.text([legendMark(index)], { ...place, dx, fill: seriesColour(scheme, index) }),
              Plot.text([label], { ...place, dx: dx + 24, fill: colours.text }),
            ];
          }),
          Plot.tip(
            points,
            Plot.pointer({
              x: 'epoch',
              y: 'value',
              fill: colours.background,
              stroke: colours.axis,
              title: ({ line, epoch, value }: Point) => `${line}\nepoch ${epoch}: ${value.toFixed(4)}`,
            }),
          ),
        ],
      };
    },
    [lines, bestEpoch, height, scheme],
  );
  const epochs = [...new Set(lines.flatMap(({ points }) => points.map(([epoch]) => epoch)))].sort((a, b) => a - b);
  return (
    <SectionCard
      title={title}
      actions={
        <ChartMenu
          name={title}
          table={() => ({
            columns: ['Epoch', ...lines.map(({ label }) => label)],
            rows: epochs.map((epoch) => [
              epoch,
              ...lines.map(({ points }) => points.find(([candidate]) => candidate === epoch)?.[1] ?? null),
            ]),
          })}
          svg={() => plotSvg(build(720), chartColours(scheme).background)}
        />
      }
    >
      <PlotFigure
        label={`${title} over ${epochs.length} epochs${bestEpoch === null ? '' : `; best epoch ${bestEpoch}`}: ${lines
          .map(({ label, points }) => `${label} ends at ${formatCompact(points.at(-1)?.[1])}`)
          .join(', ')}`}
        build={build}
      />
    </SectionCard>
  );
}
