import { ColorSwatch, Group, Table } from '@mantine/core';
import { seriesColour } from '#shared/charts/palette';
import type { Curves } from '#shared/models/curves';
import { MetricCell } from '../../../charts/metric-cell';
import { useScheme } from '../../../charts/use-scheme';

export interface RunCurves {
  readonly name: string;
  readonly curves: Curves;
}

/** The areas under both curves of each run, which is also the charts' legend. */
export function AreaTable({ runs }: { readonly runs: readonly RunCurves[] }) {
  const scheme = useScheme();
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table aria-label="Areas under the curves" className="tabular">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Run</Table.Th>
            <Table.Th ta="right">AUC</Table.Th>
            <Table.Th ta="right">Average precision</Table.Th>
            <Table.Th ta="right">Positive images</Table.Th>
            <Table.Th ta="right">Negative images</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map(({ name, curves }, index) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" fw={400}>
                <Group gap={8} wrap="nowrap">
                  <ColorSwatch size={10} color={seriesColour(scheme, index)} withShadow={false} />
                  {name}
                </Group>
              </Table.Th>
              <MetricCell metric={curves.auc} />
              <MetricCell metric={curves.averagePrecision} />
              <Table.Td ta="right">{curves.positives}</Table.Td>
              <Table.Td ta="right">{curves.negatives}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
