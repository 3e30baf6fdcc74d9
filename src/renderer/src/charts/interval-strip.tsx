import type { Metric } from '#shared/models/metric';
import { formatMetric } from '#shared/text/metric';
import classes from './interval-strip.module.css';

export interface IntervalStripProps {
  readonly metric: Metric;
  /** Ends of the scale. */
  readonly from: number;
  readonly to: number;
  /** Position of a dashed line, such as the level of chance. */
  readonly reference: number;
  /** Fills and colours the dot. */
  readonly marked: boolean;
}

/** A value with its interval as a dot on a line, for one row of a table. All rows share one scale. */
export function IntervalStrip({ metric, from, to, reference, marked }: IntervalStripProps) {
  const at = (value: number) => `${(100 * (Math.min(Math.max(value, from), to) - from)) / (to - from)}%`;
  const { value, low, high } = metric;
  return (
    <svg className={classes['strip']} role="img" aria-label={formatMetric(metric)} data-marked={marked || undefined}>
      <line className={classes['reference']} x1={at(reference)} x2={at(reference)} y1="0" y2="100%" />
      {low !== null && high !== null && (
        <line className={classes['interval']} x1={at(low)} x2={at(high)} y1="50%" y2="50%" />
      )}
      <circle className={classes['dot']} cx={at(value)} cy="50%" r="4.5" />
    </svg>
  );
}

/** The scale above the rows. */
export function IntervalScale({
  ticks,
  from,
  to,
}: {
  readonly ticks: readonly number[];
  readonly from: number;
  readonly to: number;
}) {
  return (
    <div className={classes['scale']} aria-hidden>
      {ticks.map((tick) => (
        <span key={tick} style={{ left: `${(100 * (tick - from)) / (to - from)}%` }}>
          {tick}
        </span>
      ))}
    </div>
  );
}
