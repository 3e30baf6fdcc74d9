import { Table } from '@mantine/core';
import type { Metric } from '#shared/models/metric';
import { noIntervalReason } from '#shared/statistics/no-interval';
import { formatInterval } from '#shared/text/metric';
import { formatFixed } from '#shared/text/number';
import classes from './metric-cell.module.css';

export interface MetricCellProps {
  readonly metric: Metric | null;
  /** Tooltip of the cell. */
  readonly title?: string;
}

/** A table cell with a value and its interval below. */
export function MetricCell({ metric, title }: MetricCellProps) {
  const reason = metric === null ? null : noIntervalReason(metric);
  return (
    <Table.Td ta="right" title={title}>
      <div>{formatFixed(metric?.value)}</div>
      {metric !== null && (
        <div className={classes['interval']} data-wraps={reason !== null || undefined}>
          {reason ?? formatInterval(metric)}
        </div>
      )}
    </Table.Td>
  );
}
