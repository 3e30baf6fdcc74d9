import { Table } from '@mantine/core';
import { MetricCell } from '../../charts/metric-cell';
import { ClassChip } from '../../components/class-chip';
import { SectionCard } from '../../components/section-card';
import { TableMenu } from '../../components/table-menu';
import { classTable, type Results } from './metric-tables';

/** Precision, recall, specificity, F1 and AUC of each class against the rest, with 95 % intervals and the underlying counts. */
export function ClassMetrics({ name, results }: { readonly name: string; readonly results: Results }) {
  return (
    <SectionCard
      title="Per class"
      description="One versus rest, with 95 % intervals"
      flush
      actions={<TableMenu name={`${name} per class`} table={() => classTable(results)} />}
    >
      <Table.ScrollContainer minWidth={760}>
        <Table aria-label="Metrics per class" className="tabular" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Class</Table.Th>
              <Table.Th ta="right">Images</Table.Th>
              <Table.Th ta="right">Precision</Table.Th>
              <Table.Th ta="right">Recall</Table.Th>
              <Table.Th ta="right">Specificity</Table.Th>
              <Table.Th ta="right">F1</Table.Th>
              <Table.Th ta="right">AUC</Table.Th>
              <Table.Th ta="right">
                <abbr title="True positives: images of the class, predicted as such">TP</abbr>
              </Table.Th>
              <Table.Th ta="right">
                <abbr title="False positives: other images, predicted as the class">FP</abbr>
              </Table.Th>
              <Table.Th ta="right">
                <abbr title="False negatives: images of the class, predicted as another">FN</abbr>
              </Table.Th>
              <Table.Th ta="right">
                <abbr title="True negatives: other images, predicted as another class">TN</abbr>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {results.perClass.map((row, index) => (
              <Table.Tr key={row.label}>
                <Table.Th scope="row" fw={400}>
                  <ClassChip label={row.label} index={index} />
                </Table.Th>
                <Table.Td ta="right">{row.support}</Table.Td>
                <MetricCell metric={row.precision} />
                <MetricCell metric={row.recall} />
                <MetricCell metric={row.specificity} />
                <MetricCell metric={row.f1} />
                <MetricCell metric={row.auc} />
                <Table.Td ta="right">{row.truePositives}</Table.Td>
                <Table.Td ta="right">{row.falsePositives}</Table.Td>
                <Table.Td ta="right">{row.falseNegatives}</Table.Td>
                <Table.Td ta="right">{row.trueNegatives}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </SectionCard>
  );
}
