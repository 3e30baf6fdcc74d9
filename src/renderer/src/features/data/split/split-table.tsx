import { Alert, Group, List, Table, Text } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import { type SplitName, type SplitSummary, splitNames } from '#shared/models/dataset';
import { patientsCell } from '#shared/models/patient-count';
import { formatCount, formatNumber, formatPercent, formatQuantity } from '#shared/text/number';
import { formatDate } from '#shared/text/time';
import { ClassChip } from '../../../components/class-chip';
import { TableMenu } from '../../../components/table-menu';
import { splitTitles } from '../../../theme/class-colours';

function Leaks({
  count,
  of,
  many = `${of}s`,
}: {
  readonly count: number;
  readonly of: string;
  readonly many?: string;
}) {
  return (
    <Text span size="xs" fw={600} c={count > 0 ? 'var(--mantine-color-error)' : 'dimmed'}>
      {formatQuantity(count, of, many)}
    </Text>
  );
}

/** Images by class and split, with patients, deviation from stratification, and warnings. */
export function SplitTable({ split, classNames }: { split: SplitSummary; classNames: readonly string[] }) {
  const count = (name: SplitName, label: string) => split.counts[name]?.[label] ?? 0;
  const total = (name: SplitName) => Object.values(split.counts[name] ?? {}).reduce((sum, value) => sum + value, 0);
  const all = splitNames.reduce((sum, name) => sum + total(name), 0);
  const rowTotal = (label: string) => splitNames.reduce((sum, name) => sum + count(name, label), 0);
  const patientsIn = (name: SplitName) => ({
    patients: split.patients[name] ?? null,
    withoutPatient: split.withoutPatient[name] ?? 0,
  });
  const hasPatients = splitNames.some((name) => patientsIn(name).patients !== null);
  const deviation = Math.round(split.deviation * 10) / 10;
  return (
    <section aria-label="Split result">
      <Group justify="space-between" mb={2} wrap="nowrap">
        <Text size="xs" c="dimmed">
          {split.group === 'folders' ? 'From folders' : `Seed ${split.seed}`}
          {split.heldOut !== null && ` · test: ${split.heldOut.by} ${split.heldOut.values.join(', ')}`}
          {split.group === 'patient' && hasPatients && ' · patients kept together'}
          {!hasPatients && ' · patients unknown'}
          {split.group === 'none' && hasPatients && ' · patients not kept together'}
          {split.keepDuplicatesTogether && ' · near duplicates kept together'} · {formatDate(split.createdAt)}
        </Text>
        <TableMenu
          name="Split"
          table={() => ({
            columns: ['Class', ...splitNames.map((name) => splitTitles[name]), 'All'],
            rows: [
              ...classNames.map((label) => [label, ...splitNames.map((name) => count(name, label)), rowTotal(label)]),
              ['Images', ...splitNames.map(total), all],
              ['Patients', ...splitNames.map((name) => patientsCell(patientsIn(name))), null],
            ],
          })}
        />
      </Group>
      <Table aria-label="Split" withTableBorder className="tabular">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Class</Table.Th>
            {splitNames.map((name) => (
              <Table.Th key={name} ta="right">
                {splitTitles[name]}
              </Table.Th>
            ))}
            <Table.Th ta="right">All</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {classNames.map((label, index) => (
            <Table.Tr key={label}>
              <Table.Td>
                <ClassChip label={label} index={index} />
              </Table.Td>
              {splitNames.map((name) => (
                <Table.Td key={name} ta="right">
                  {formatCount(count(name, label))}
                </Table.Td>
              ))}
              <Table.Td ta="right">{formatCount(rowTotal(label))}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Table.Tr style={{ borderTop: '2px solid var(--fovea-border)' }}>
            <Table.Th>Images</Table.Th>
            {splitNames.map((name) => (
              <Table.Th key={name} ta="right">
                {formatCount(total(name))}{' '}
                <Text span size="xs" c="dimmed" fw={400}>
                  {all === 0 ? '' : formatPercent(total(name) / all, 0)}
                </Text>
              </Table.Th>
            ))}
            <Table.Th ta="right">{formatCount(all)}</Table.Th>
          </Table.Tr>
          <Table.Tr>
            <Table.Th fw={400}>Patients</Table.Th>
            {splitNames.map((name) => (
              <Table.Td key={name} ta="right">
                {patientsCell(patientsIn(name))}
              </Table.Td>
            ))}
            <Table.Td />
          </Table.Tr>
        </Table.Tfoot>
      </Table>
      <Text size="xs" c="dimmed" mt={6}>
        Largest deviation from equal class shares{split.heldOut === null ? '' : ', train and validation'}:{' '}
        {formatNumber(deviation)} {deviation === 1 ? 'image' : 'images'}. In more than one split:{' '}
        {hasPatients ? <Leaks count={split.patientsAcrossSplits} of="patient" /> : 'patients unknown'},{' '}
        <Leaks count={split.duplicatesAcrossSplits} of="group of duplicates" many="groups of duplicates" />.
      </Text>
      {split.warnings.length > 0 && (
        <Alert color="orange" variant="light" icon={<TriangleAlert size={16} />} p="xs" mt="xs">
          <List size="sm" spacing={2}>
            {split.warnings.map((warning) => (
              <List.Item key={warning}>{warning}</List.Item>
            ))}
          </List>
        </Alert>
      )}
    </section>
  );
}
