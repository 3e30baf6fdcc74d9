import { ActionIcon, Tooltip } from '@mantine/core';
import { Activity, Maximize2, ZoomIn, ZoomOut } from 'lucide-react';
import { useMemo, useState } from 'react';
import { seriesColour, seriesDash } from '#shared/charts/palette';
import { formatCompact } from '#shared/text/number';
import { SectionCard } from '../components/section-card';
import { ChartMenu } from './chart-menu';
import { extentOfX } from './decimate';
import classes from './live-chart.module.css';
import { type LiveSeries, liveTable, valueAt } from './live-chart-data';
import { pictureOf } from './live-chart-picture';
import type { PlotMarker } from './live-chart-plot';
import { exponentialMovingAverage } from './smooth';
import { useLivePlot, type View } from './use-live-plot';
import { useScheme } from './use-scheme';

export interface LiveChartProps {
  readonly title: string;
  readonly xLabel: string;
  readonly series: readonly LiveSeries[];
  readonly markers?: readonly PlotMarker[];
  readonly height?: number;
  readonly format?: (value: number) => string;
}

const SMOOTHING = 0.9;
const noMarkers: readonly PlotMarker[] = [];

/** A line with its value at the cursor, or at the end of the visible range. */
interface Reading {
  readonly line: LiveSeries;
  readonly value: number | null;
}

/**
 * Lines that grow during training. Dragging zooms, a double click shows everything, pointing reads values, and clicking
 * a name hides its line. Draws at most two points per pixel of each line, so 100,000 points stay smooth.
 */
export function LiveChart(props: LiveChartProps) {
  const { title, xLabel, series, markers = noMarkers, height = 190, format = formatCompact } = props;
  const scheme = useScheme();
  const [view, setView] = useState<View | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [smooth, setSmooth] = useState(false);
  const shown = useMemo(() => (smooth ? series.map(smoothed) : series), [series, smooth]);
  const all = extentOfX(shown.map(({ points }) => points));
  const plotInput = { series, shown, hidden, markers, height, format, view, all };
  const { holder, plot } = useLivePlot({ ...plotInput, onCursor: setCursor, onView: setView });

  const at = cursor ?? view?.[1] ?? all?.[1] ?? null;
  const readings = shown.map((line): Reading => ({ line, value: at === null ? null : valueAt(line.points, at) }));
  const summary = readings
    .map(({ line, value }) => `${line.label} ${value === null ? 'none' : format(value)}`)
    .join(', ');
  const toggle = (key: string) =>
    setHidden((keys) => {
      const next = new Set(keys);
      if (!next.delete(key)) next.add(key);
      return next;
    });

  return (
    <SectionCard
      title={title}
      flush
      actions={
        <>
          {at !== null && (
            <span className={classes['at']}>
              {xLabel.toLowerCase()} {formatCompact(at, 6)}
            </span>
          )}
          {series.some(({ noisy }) => noisy) && (
            <ChartButton label={`${title}: smoothing`} pressed={smooth} onClick={() => setSmooth(!smooth)}>
              <Activity size={15} />
            </ChartButton>
          )}
          {all !== null && all[1] > all[0] && <ZoomButtons title={title} view={view} all={all} onView={setView} />}
          <ChartMenu
            name={title}
            table={() => liveTable(xLabel, series)}
            png={() => pictureOf(plot.current, title, shown, scheme)}
          />
        </>
      }
    >
      <Legend readings={readings} hidden={hidden} onToggle={toggle} format={format} />
      <div className={classes['plot']}>
        <div
          ref={holder}
          style={{ minHeight: height }}
          role="img"
          aria-label={`${title} by ${xLabel.toLowerCase()}: ${summary}`}
        />
        {all === null && <div className={classes['waiting']}>Waiting for the first values</div>}
      </div>
    </SectionCard>
  );
}

const smoothed = (line: LiveSeries): LiveSeries =>
  line.noisy === true
    ? { ...line, points: { x: line.points.x, y: exponentialMovingAverage(line.points.y, SMOOTHING) } }
    : line;

/** Names and values; clicking one hides its line. */
function Legend(props: {
  readonly readings: readonly Reading[];
  readonly hidden: ReadonlySet<string>;
  readonly onToggle: (key: string) => void;
  readonly format: (value: number) => string;
}) {
  const { readings, hidden, onToggle: toggle, format } = props;
  const scheme = useScheme();
  return (
    <div className={classes['legend']}>
      {readings.map(({ line, value }, index) => (
        <button
          key={line.key}
          type="button"
          className={classes['entry']}
          aria-pressed={!hidden.has(line.key)}
          onClick={() => toggle(line.key)}
        >
          <svg width="20" height="8" aria-hidden="true">
            <line
              x1="0"
              x2="20"
              y1="4"
              y2="4"
              strokeWidth="2"
              stroke={seriesColour(scheme, line.colour ?? index)}
              strokeDasharray={readings.length > 1 ? seriesDash(line.colour ?? index).join(' ') : undefined}
            />
          </svg>
          {line.label}
          <span className={classes['value']}>{value === null ? '–' : format(value)}</span>
        </button>
      ))}
    </div>
  );
}

/** Scales the visible range of x by `factor` around its middle, within `all`; null if that shows everything. */
function zoomed(view: View, all: View, factor: number): View | null {
  const middle = (view[0] + view[1]) / 2;
  const half = ((view[1] - view[0]) * factor) / 2;
  const next: View = [Math.max(all[0], middle - half), Math.min(all[1], middle + half)];
  return next[0] <= all[0] && next[1] >= all[1] ? null : next;
}

function ZoomButtons(props: {
  readonly title: string;
  /** Null shows everything. */
  readonly view: View | null;
  readonly all: View;
  readonly onView: (view: View | null) => void;
}) {
  const { title, view, all, onView } = props;
  return (
    <>
      <ChartButton label={`${title}: zoom in`} onClick={() => onView(zoomed(view ?? all, all, 0.5))}>
        <ZoomIn size={15} />
      </ChartButton>
      {view !== null && (
        <>
          <ChartButton label={`${title}: zoom out`} onClick={() => onView(zoomed(view, all, 2))}>
            <ZoomOut size={15} />
          </ChartButton>
          <ChartButton label={`${title}: show all`} onClick={() => onView(null)}>
            <Maximize2 size={15} />
          </ChartButton>
        </>
      )}
    </>
  );
}

interface ChartButtonProps {
  readonly label: string;
  readonly pressed?: boolean;
  readonly onClick: () => void;
  readonly children: React.ReactNode;
}

function ChartButton({ label, pressed, onClick, children }: ChartButtonProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        aria-label={label}
        onClick={onClick}
        {...(pressed === undefined ? {} : { 'aria-pressed': pressed, variant: pressed ? 'light' : 'subtle' })}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
