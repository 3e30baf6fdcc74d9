import { Group, NumberInput, Table, Text } from '@mantine/core';
import type { OperatingMetrics } from '#shared/models/operating-point';
import { formatInterval } from '#shared/text/metric';
import { formatFixed, formatNumber } from '#shared/text/number';
import { populationRows } from '#shared/text/operating-text';
import { TableMenu } from '../../../components/table-menu';

export interface PopulationProps {
  readonly metrics: OperatingMetrics;
  readonly prevalence: number | null;
  readonly onPrevalence: (prevalence: number | null) => void;
}

/** What 1,000 patients get where a stated share of them is positive, which these images rarely have. */
export function Population({ metrics, prevalence, onPrevalence }: PopulationProps) {
  const rows = populationRows(metrics);
  return (
    <>
      <Group gap="sm" align="flex-end">
        <NumberInput
          label="Prevalence where it is used"
          description="Share of positives among 1,000 patients"
          w={240}
          suffix=" %"
          min={0}
          max={100}
          decimalScale={3}
          value={prevalence === null ? '' : 100 * prevalence}
          onChange={(value) => onPrevalence(typeof value === 'number' ? Math.min(Math.max(value, 0), 100) / 100 : null)}
        />
        {rows.length > 0 && (
          <TableMenu
            name="Per 1,000 patients"
            table={() => ({
              columns: ['Outcome', 'Value', '95 % low', '95 % high'],
              rows: rows.map(([title, metric]) => [
                title,
                metric?.value ?? null,
                metric?.low ?? null,
                metric?.high ?? null,
              ]),
            })}
          />
        )}
      </Group>
      {rows.length > 0 && (
        <Table aria-label="Outcomes per 1,000 patients" className="tabular">
          <Table.Thead>
            <Table.Tr>
              {rows.map(([title]) => (
                <Table.Th key={title} ta="right">
                  {title}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            <Table.Tr>
              {rows.map(([title, metric], index) => {
                // Patients first, then shares.
                const isShare = index >= 4;
                const text = (value: number) => (isShare ? formatFixed(value) : formatNumber(value));
                return (
                  <Table.Td key={title} ta="right">
                    {metric === null ? '–' : text(metric.value)}
                    {metric !== null && metric.low !== null && metric.high !== null && (
                      <Text size="xs" c="dimmed">
                        {isShare ? formatInterval(metric) : `[${text(metric.low)}, ${text(metric.high)}]`}
                      </Text>
                    )}
                  </Table.Td>
                );
              })}
            </Table.Tr>
          </Table.Tbody>
        </Table>
      )}
    </>
  );
}
