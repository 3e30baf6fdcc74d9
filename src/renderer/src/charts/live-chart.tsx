import { formatCompact } from '#shared/text/number';
import 'uplot/dist/uPlot.min.css';
import { ActionIcon, Tooltip } from '@mantine/core';
import { Activity, Maximize2, ZoomIn, ZoomOut } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import { SectionCard } from '../components/section-card';
import { ChartMenu } from './chart-menu';
import { alignSeries, decimate, extentOfX } from './decimate';
import classes from './live-chart.module.css';
import { type LiveSeries, liveTable, valueAt } from './live-chart-data';
import { type PlotMarker, plotOptions } from './live-chart-plot';
import { chartColours, seriesColour, seriesDash } from './palette';
import { canvasToPng } from './raster-image';
import { exponentialMovingAverage } from './smooth';
import { useScheme } from './use-scheme';
import { useWidth } from './use-width';

export interface LiveChartProps {
  readonly title: string;
  readonly xLabel: string;
  readonly series: readonly LiveSeries[];
  readonly markers?: readonly PlotMarker[];
  readonly height?: number;
  readonly format?: (value: number) => string;
}

type View = readonly [number, number];
const SMOOTHING = 0.9;
const noMarkers: readonly PlotMarker[] = [];

/** The part of x to show: `factor` times the present one, about its middle, inside what there is. */
function zoomed(view: View, all: View, factor: number): View | null {
  const middle = (view[0] + view[1]) / 2;
  const half = ((view[1] - view[0]) * factor) / 2;
  const next: View = [Math.max(all[0], middle - half), Math.min(all[1], middle + half)];
  return next[0] <= all[0] && next[1] >= all[1] ? null : next;
}

/**
 * Lines that grow while one looks: drag over a part to see it larger, double click to see all, point to read values,
 * click a name to hide its line. Draws at most two points a pixel of each line, so 100,000 points stay smooth.
 */
export function LiveChart(props: LiveChartProps) {
  const { title, xLabel, series, markers = noMarkers, height = 190, format = formatCompact } = props;
  const scheme = useScheme();
  const [holder, width] = useWidth<HTMLDivElement>();
  const plotRef = useRef<uPlot | null>(null);
  const markersRef = useRef(markers);
  markersRef.current = markers;
  const formatRef = useRef(format);
  formatRef.current = format;
  const [view, setView] = useState<View | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [smooth, setSmooth] = useState(false);

  const shown = useMemo(
    () =>
      smooth
        ? series.map((line) =>
            line.noisy === true
              ? { ...line, points: { x: line.points.x, y: exponentialMovingAverage(line.points.y, SMOOTHING) } }
              : line,
          )
        : series,
    [series, smooth],
  );
  const all = extentOfX(shown.map(({ points }) => points));
  const structure = series.map(({ key, label, dots, colour }) => `${key}|${label}|${dots}|${colour}`).join('\n');

  // biome-ignore lint/correctness/useExhaustiveDependencies: `structure` stands for what of `series` the plot is built from; its data and size follow below
  useEffect(() => {
    const element = holder.current;
    if (element === null || width === 0) return;
    const plot = new uPlot(
      plotOptions({
        series,
        scheme,
        width,
        height,
        format: (value) => formatRef.current(value),
        markers: () => markersRef.current,
        onCursor: setCursor,
        onView: setView,
      }),
      [[], ...series.map(() => [])],
      element,
    );
    plotRef.current = plot;
    return () => {
      plotRef.current = null;
      plot.destroy();
    };
  }, [structure, scheme, width === 0, height, holder]);

  useEffect(() => {
    if (width > 0) plotRef.current?.setSize({ width, height });
  }, [width, height]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the plot is built anew with structure and scheme, and needs its data again; markers are read while drawing
  useEffect(() => {
    const plot = plotRef.current;
    if (plot === null || width === 0) return;
    const range = view ?? (all === null ? [0, 1] : all[0] === all[1] ? [all[0] - 0.5, all[1] + 0.5] : all);
    const lines = shown.map((line) =>
      hidden.has(line.key) ? { x: [], y: [] } : decimate(line.points, range[0] as number, range[1] as number, width),
    );
    const aligned = alignSeries(lines);
    plot.batch(() => {
      plot.setData([aligned.x, ...aligned.y] as uPlot.AlignedData, false);
      plot.setScale('x', { min: range[0] as number, max: range[1] as number });
    });
  }, [shown, view, hidden, width, structure, scheme, markers, all?.[0], all?.[1]]);

  const at = cursor ?? view?.[1] ?? all?.[1] ?? null;
  const readings = shown.map((line) => ({ line, value: at === null ? null : valueAt(line.points, at) }));
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
          {all !== null && all[1] > all[0] && (
            <>
              <ChartButton label={`${title}: zoom in`} onClick={() => setView(zoomed(view ?? all, all, 0.5))}>
                <ZoomIn size={15} />
              </ChartButton>
              {view !== null && (
                <>
                  <ChartButton label={`${title}: zoom out`} onClick={() => setView(zoomed(view, all, 2))}>
                    <ZoomOut size={15} />
                  </ChartButton>
                  <ChartButton label={`${title}: show all`} onClick={() => setView(null)}>
                    <Maximize2 size={15} />
                  </ChartButton>
                </>
              )}
            </>
          )}
          <ChartMenu
            name={title}
            table={() => liveTable(xLabel, series)}
            png={() => pictureOf(plotRef.current, title, readings, scheme)}
          />
        </>
      }
    >
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
                strokeDasharray={series.length > 1 ? seriesDash(line.colour ?? index).join(' ') : undefined}
              />
            </svg>
            {line.label}
            <span className={classes['value']}>{value === null ? '–' : format(value)}</span>
          </button>
        ))}
      </div>
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

/** The plot as shown, with title and legend, for a file. */
function pictureOf(
  plot: uPlot | null,
  title: string,
  readings: readonly { readonly line: LiveSeries }[],
  scheme: 'dark' | 'light',
): Promise<Blob> {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (plot === null || context === null) return Promise.reject(new Error('the chart is not ready yet'));
  const ratio = uPlot.pxRatio;
  const top = 50 * ratio;
  canvas.width = plot.ctx.canvas.width;
  canvas.height = plot.ctx.canvas.height + top;
  const colours = chartColours(scheme);
  context.fillStyle = colours.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(plot.ctx.canvas, 0, top);
  context.fillStyle = colours.text;
  context.font = `600 ${14 * ratio}px system-ui, sans-serif`;
  context.fillText(title, 12 * ratio, 20 * ratio);
  context.font = `${11 * ratio}px system-ui, sans-serif`;
  let x = 12 * ratio;
  readings.forEach(({ line }, index) => {
    context.strokeStyle = seriesColour(scheme, line.colour ?? index);
    context.lineWidth = 2 * ratio;
    context.setLineDash(seriesDash(line.colour ?? index).map((part) => part * ratio));
    context.beginPath();
    context.moveTo(x, 37 * ratio);
    context.lineTo(x + 20 * ratio, 37 * ratio);
    context.stroke();
    context.fillText(line.label, x + 26 * ratio, 41 * ratio);
    x += 44 * ratio + context.measureText(line.label).width;
  });
  return canvasToPng(canvas);
}
