import { Anchor, Table, Text } from '@mantine/core';
import { metricTitle, type OverallMetric } from '#shared/experiments/metrics';
import type { LeakResult, LeakSide } from '#shared/models/leak';
import { patientsCell } from '#shared/models/patient-count';
import { formatMetric } from '#shared/text/metric';
import { formatCount } from '#shared/text/number';
import { IntervalChart } from '../../../charts/interval-chart';
import { MetricCell } from '../../../charts/metric-cell';
import { Notice } from '../../../components/notice';
import { SectionCard } from '../../../components/section-card';
import { TableMenu } from '../../../components/table-menu';
import type { TableData } from '../../../components/table-text';

export interface LeakResultsProps {
  readonly name: string;
  readonly result: LeakResult;
  readonly onOpenRun: (run: string) => void;
}

/** Effect of the leak: both test results on one scale, and the difference. */
export function LeakResults({ name, result, onOpenRun }: LeakResultsProps) {
  const sides = [
    { label: 'Leaking', side: result.leaking },
    { label: 'Grouped', side: result.grouped },
  ] as const;
  return (
    <>
      <SectionCard title="Effect of the leak">
        <Text>{result.sentence}</Text>
      </SectionCard>
      <IntervalChart
        title="Test accuracy with and without the leak"
        description="Each model on the test images of its own split"
        rowTitle="Split"
        quantity="Accuracy"
        rows={sides.map(({ label, side }) => ({ label, metric: side.accuracy }))}
      />
      <SectionCard
        title="Both tests"
        description="With 95 % intervals; all settings and the seed are the same"
        flush
        actions={<TableMenu name={`${name} tests`} table={() => leakTable(result)} />}
      >
        <Table.ScrollContainer minWidth={520}>
          <Table aria-label="Both tests" className="tabular">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Split</Table.Th>
                <Table.Th ta="right">Test images</Table.Th>
                <Table.Th ta="right">Patients</Table.Th>
                <Table.Th ta="right">Accuracy</Table.Th>
                <Table.Th ta="right">Macro F1</Table.Th>
                <Table.Th ta="right">AUC</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {sides.map(({ label, side }) => (
                <Table.Tr key={label}>
                  <Table.Th scope="row" fw={500}>
                    <Anchor component="button" type="button" onClick={() => onOpenRun(side.run)}>
                      {label}
                    </Anchor>
                  </Table.Th>
                  <Table.Td ta="right">{formatCount(side.n)}</Table.Td>
                  <Table.Td ta="right">{patientsCell(side)}</Table.Td>
                  <MetricCell metric={side.accuracy} />
                  <MetricCell metric={side.macroF1} />
                  <MetricCell metric={side.auc} />
                </Table.Tr>
              ))}
              <Table.Tr>
                <Table.Th scope="row" fw={500}>
                  Difference
                </Table.Th>
                <Table.Td />
                <Table.Td />
                <MetricCell metric={result.accuracy} title={formatMetric(result.accuracy)} />
                <Table.Td />
                <MetricCell metric={result.auc} />
              </Table.Tr>
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </SectionCard>
      <Notice tone="warning" title="Limitations" lines={result.cautions} />
    </>
  );
}

const withInterval = (metric: OverallMetric): string[] => {
  const title = metricTitle(metric);
  return [title, `${title} low`, `${title} high`];
};

function leakTable({ leaking, grouped, accuracy, auc }: LeakResult): TableData {
  const row = (label: string, side: Pick<LeakSide, 'accuracy' | 'auc'>, n: number | null, patients: number | null) => [
    label,
    n,
    patients,
    side.accuracy.value,
    side.accuracy.low,
    side.accuracy.high,
    side.auc?.value ?? null,
    side.auc?.low ?? null,
    side.auc?.high ?? null,
  ];
  return {
    columns: ['Split', 'Test images', 'Patients', ...withInterval('accuracy'), ...withInterval('auc')],
    rows: [
      row('Leaking', leaking, leaking.n, leaking.patients),
      row('Grouped', grouped, grouped.n, grouped.patients),
      row('Difference', { accuracy, auc }, null, null),
    ],
  };
}
