import { Table } from '@mantine/core';
import type { OperatingMetrics } from '#shared/models/operating-point';
import { formatFixed } from '#shared/text/number';
import { countRows, operatingRows } from '#shared/text/operating-text';
import { MetricCell } from '../../../charts/metric-cell';
import type { TableData } from '../../../components/table-text';

/** Sensitivity, specificity, predictive values, likelihood ratios and counts of a threshold. */
export function OperatingTable({ label, metrics }: { readonly label: string; readonly metrics: OperatingMetrics }) {
  return (
    <Table.ScrollContainer minWidth={720}>
      <Table aria-label={label} className="tabular">
        <Table.Thead>
          <Table.Tr>
            <Table.Th ta="right">Threshold</Table.Th>
            {[...operatingRows(metrics), ...countRows(metrics)].map(([title]) => (
              <Table.Th key={title} ta="right">
                {title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          <Table.Tr>
            <Table.Td ta="right">{formatFixed(metrics.threshold)}</Table.Td>
            {operatingRows(metrics).map(([title, metric]) => (
              <MetricCell key={title} metric={metric} />
            ))}
            {countRows(metrics).map(([title, count]) => (
              <Table.Td key={title} ta="right">
                {count}
              </Table.Td>
            ))}
          </Table.Tr>
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

export const operatingTable = (metrics: OperatingMetrics): TableData => ({
  columns: ['Measure', 'Value', '95 % low', '95 % high', 'n'],
  rows: [
    ['Threshold', metrics.threshold, null, null, null],
    ...operatingRows(metrics).map(([title, metric]) => [
      title,
      metric?.value ?? null,
      metric?.low ?? null,
      metric?.high ?? null,
      metric?.n ?? null,
    ]),
    ...countRows(metrics).map(([title, count]) => [title, count, null, null, null]),
  ],
});
