import { Tooltip } from '@mantine/core';
import type { CSSProperties, ReactNode } from 'react';
import {
  type HistogramColumn,
  type HistogramData,
  histogramFill,
  histogramSvg,
  histogramTable,
  layoutHistogram,
} from '#shared/charts/histogram';
import { chartColours, type Scheme } from '#shared/charts/palette';
import { SectionCard } from '../components/section-card';
import { ChartMenu } from './chart-menu';
import classes from './histogram.module.css';
import { useScheme } from './use-scheme';
import { useWidth } from './use-width';

export interface HistogramProps {
  readonly title: string;
  readonly description?: string;
  /** Title of the x axis, such as "Confidence". */
  readonly quantity: string;
  readonly data: HistogramData;
  /** Shows the images of a column. */
  readonly onOpen?: (column: HistogramColumn) => void;
  readonly height?: number;
  /** Controls beside the menu. */
  readonly actions?: ReactNode;
}

function fillStyle(scheme: Scheme, series: number): CSSProperties {
  const { colour, striped } = histogramFill(scheme, series);
  const gap = chartColours(scheme).background;
  return striped
    ? { background: `repeating-linear-gradient(45deg, ${colour} 0 3px, ${gap} 3px 5px)` }
    : { background: colour };
}

/** Stacked counts per bin; the second series is striped. Each column is a button over the height of the plot. */
export function Histogram({ title, description, quantity, data, onOpen, height = 220, actions }: HistogramProps) {
  const scheme = useScheme();
  const colours = chartColours(scheme);
  const [holder, width] = useWidth<HTMLDivElement>();
  const layout = layoutHistogram(data, quantity, Math.max(120, width), height);
  const { plot } = layout;
  return (
    <SectionCard
      title={title}
      description={description}
      actions={
        <>
          {actions}
          <ChartMenu
            name={title}
            table={() => histogramTable(data, quantity)}
            svg={() => histogramSvg(title, data, quantity, scheme)}
          />
        </>
      }
    >
      {data.series.length > 1 && (
        <div className={classes['legend']}>
          {data.series.map((series, index) => (
            <span key={series.key}>
              <span className={classes['swatch']} style={fillStyle(scheme, index)} aria-hidden />
              {series.label} ({series.counts.reduce((sum, count) => sum + count, 0)})
            </span>
          ))}
        </div>
      )}
      <div ref={holder} className={classes['chart']} style={{ height }}>
        <svg width={Math.max(120, width)} height={height} aria-hidden="true" fontSize="11">
          {layout.ticksY.map(({ y, text }) => (
            <g key={text}>
              <line x1={plot.left} x2={plot.right} y1={y} y2={y} stroke={colours.grid} />
              <text x={plot.left - 6} y={y + 4} textAnchor="end" fill={colours.dimmed}>
                {text}
              </text>
            </g>
          ))}
          {layout.ticksX.map(({ x, text }) => (
            <text key={x} x={x} y={plot.bottom + 16} textAnchor="middle" fill={colours.dimmed}>
              {text}
            </text>
          ))}
          <line x1={plot.left} x2={plot.right} y1={layout.baseline} y2={layout.baseline} stroke={colours.axis} />
          <text x={(plot.left + plot.right) / 2} y={plot.bottom + 32} textAnchor="middle" fill={colours.dimmed}>
            {quantity}
          </text>
        </svg>
        {layout.bars.map((bar) => (
          <div
            key={`${bar.bin}-${bar.series}`}
            className={classes['bar']}
            style={{
              left: bar.x,
              top: bar.y,
              width: bar.width,
              height: Math.max(2, bar.height),
              ...fillStyle(scheme, bar.series),
            }}
          />
        ))}
        {layout.columns.map((column) => (
          <Tooltip key={column.bin} label={column.name} openDelay={100}>
            <button
              type="button"
              className={classes['column']}
              aria-label={column.name}
              style={{ left: column.x, top: plot.top, width: column.width, height: plot.bottom - plot.top }}
              onClick={() => onOpen?.(column)}
            />
          </Tooltip>
        ))}
      </div>
    </SectionCard>
  );
}
