import * as Plot from '@observablehq/plot';
import { useCallback } from 'react';
import { SectionCard } from '../components/section-card';
import { ChartMenu } from './chart-menu';
import { formatCompact } from './format';
import { chartColours, seriesColour } from './palette';
import { PlotFigure, plotSvg } from './plot-figure';
import { useScheme } from './use-scheme';

export interface ScheduleChartProps {
  /** [optimizer step, learning rate]. */
  readonly schedule: readonly (readonly [number, number])[];
  readonly warmupSteps: number;
  /** One line about what the drawing leaves out. */
  readonly note?: string;
  readonly height?: number;
}

/** The learning rate over the optimizer steps, as it will be. */
export function ScheduleChart({ schedule, warmupSteps, note, height = 120 }: ScheduleChartProps) {
  const scheme = useScheme();
  const peak = schedule.reduce((highest, [, rate]) => Math.max(highest, rate), 0);
  const build = useCallback(
    (width: number): Plot.PlotOptions => {
      const colours = chartColours(scheme);
      const line = seriesColour(scheme, 0);
      return {
        width,
        height,
        marginLeft: 48,
        marginBottom: 30,
        marginTop: 14,
        style: { background: 'transparent', color: colours.dimmed, fontSize: '11px', fontFamily: 'inherit' },
        x: {
          label: 'Optimizer step',
          ticks: Math.max(2, Math.floor(width / 90)),
          tickFormat: (step: number) => formatCompact(step, 6),
        },
        y: {
          label: null,
          ticks: [0, peak / 2, peak],
          grid: true,
          tickFormat: (rate: number) => formatCompact(rate),
          domain: [0, peak * 1.06 || 1],
        },
        marks: [
          Plot.ruleY([0], { stroke: colours.axis }),
          Plot.areaY(schedule, { x: '0', y: '1', fill: line, fillOpacity: 0.15 }),
          Plot.lineY(schedule, { x: '0', y: '1', stroke: line, strokeWidth: 1.75 }),
          ...(warmupSteps > 0
            ? [
                Plot.ruleX([warmupSteps], { stroke: colours.text, strokeDasharray: '3 3', strokeOpacity: 0.7 }),
                Plot.text([warmupSteps], {
                  x: (step: number) => step,
                  text: () => 'end of warm-up',
                  frameAnchor: 'bottom',
                  textAnchor: 'start',
                  dx: 5,
                  dy: -5,
                  fill: colours.text,
                }),
              ]
            : []),
        ],
      };
    },
    [schedule, warmupSteps, height, scheme, peak],
  );
  const steps = schedule.at(-1)?.[0] ?? 0;
  return (
    <SectionCard
      title="Learning rate schedule"
      {...(note === undefined ? {} : { description: note })}
      actions={
        <ChartMenu
          name="Learning rate schedule"
          table={() => ({ columns: ['Optimizer step', 'Learning rate'], rows: schedule })}
          svg={() => plotSvg(build(640), chartColours(scheme).background)}
        />
      }
    >
      <PlotFigure
        label={`Learning rate over ${steps} optimizer steps: warm-up to ${formatCompact(peak)} in ${warmupSteps} steps, then to ${formatCompact(schedule.at(-1)?.[1] ?? 0)}`}
        build={build}
      />
    </SectionCard>
  );
}
