import * as Plot from '@observablehq/plot';
import { useCallback, useMemo } from 'react';
import { chartColours, seriesColour } from '#shared/charts/palette';
import { formatCompact } from '#shared/text/number';
import { SectionCard } from '../components/section-card';
import { ChartMenu } from './chart-menu';
import { PlotFigure, plotSvg } from './plot-figure';
import { useScheme } from './use-scheme';

export interface ScheduleStage {
  readonly name: string;
  readonly steps: number;
  readonly warmupSteps: number;
}

export interface ScheduleChartProps {
  /** [optimizer step, learning rate]. */
  readonly schedule: readonly (readonly [number, number])[];
  readonly stages: readonly ScheduleStage[];
  /** One line about omissions of the chart. */
  readonly note?: string;
  readonly height?: number;
}

/** The planned learning rate over the optimizer steps. */
export function ScheduleChart({ schedule, stages, note, height = 120 }: ScheduleChartProps) {
  const scheme = useScheme();
  const marks = useMemo(() => marksOf(stages), [stages]);
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
          Plot.ruleX(marks, { x: 'step', stroke: colours.text, strokeDasharray: '3 3', strokeOpacity: 0.7 }),
          Plot.text(marks, {
            x: 'step',
            text: 'label',
            frameAnchor: stages.length === 1 ? 'bottom' : 'top',
            textAnchor: 'start',
            dx: 5,
            dy: stages.length === 1 ? -5 : -10,
            fill: colours.text,
          }),
        ],
      };
    },
    [schedule, stages.length, marks, height, scheme, peak],
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
        label={`Learning rate over ${steps} optimizer steps: up to ${formatCompact(peak)}, at the end ${formatCompact(schedule.at(-1)?.[1] ?? 0)}. ${marks.map(({ step, name }) => `${name} at step ${step}`).join(', ')}`}
        build={build}
      />
    </SectionCard>
  );
}

/** The start of each stage; for a run of one stage, the end of its warm-up. */
function marksOf(stages: readonly ScheduleStage[]): { step: number; label: string; name: string }[] {
  const only = stages.length === 1 ? stages[0] : undefined;
  if (only !== undefined)
    return only.warmupSteps > 0 ? [{ step: only.warmupSteps, label: 'end of warm-up', name: 'end of warm-up' }] : [];
  let before = 0;
  return stages.map(({ name, steps }, index) => {
    // Only the number, because names of short stages would overlap.
    const mark = { step: before, label: `${index + 1}`, name };
    before += steps;
    return mark;
  });
}
