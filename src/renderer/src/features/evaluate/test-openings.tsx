import { Table, Text } from '@mantine/core';
import { formatCount, formatQuantity } from '#shared/text/number';
import { formatDate } from '#shared/text/time';
import { SectionCard } from '../../components/section-card';
import { TableMenu } from '../../components/table-menu';
import { useRequest } from '../../state/requests';

/** All openings of test sets in this project, newest first; renders nothing if there are none. */
export function TestOpenings({ project, run }: { readonly project: string; readonly run: string }) {
  const openings = useRequest('evaluations.openings', { project }).data?.openings ?? [];
  if (openings.length === 0) return null;
  const own = openings.filter((one) => one.run === run).length;
  const named = (one: (typeof openings)[number]) => one.runName ?? `${one.run} (removed)`;
  return (
    <SectionCard
      title="Openings of the test set"
      description={`${formatQuantity(openings.length, 'opening')} in this project, ${formatCount(own)} of this run. Do not choose between models by test results.`}
      flush
      actions={
        <TableMenu
          name="Openings of the test set"
          table={() => ({
            columns: ['When', 'Run', 'Run id', 'By', 'Images'],
            rows: openings.map((one) => [one.at, named(one), one.run, one.by, one.images]),
          })}
        />
      }
    >
      <Table.ScrollContainer minWidth={420} mah={260}>
        <Table aria-label="Openings of the test set" className="tabular">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>When</Table.Th>
              <Table.Th>Run</Table.Th>
              <Table.Th>By</Table.Th>
              <Table.Th ta="right">Images</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {openings.map((one) => (
              <Table.Tr key={`${one.at} ${one.run}`}>
                <Table.Td>{formatDate(one.at)}</Table.Td>
                <Table.Td>
                  {named(one)}
                  {one.run === run && (
                    <Text span size="xs" c="dimmed" ml={6}>
                      this run
                    </Text>
                  )}
                </Table.Td>
                <Table.Td>{one.by ?? '–'}</Table.Td>
                <Table.Td ta="right">{formatCount(one.images)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </SectionCard>
  );
}
