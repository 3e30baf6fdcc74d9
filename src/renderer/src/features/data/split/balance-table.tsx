import { Group, SegmentedControl, Skeleton, Table, Text } from '@mantine/core';
import { Fragment, useState } from 'react';
import { factorNames } from '#shared/balance/balance-text';
import type { Association, Balance, BalanceLevel, FactorBalance } from '#shared/models/balance';
import { splitNames } from '#shared/models/dataset';
import { formatCount, formatPercent } from '#shared/text/number';
import { ErrorAlert } from '../../../components/error-alert';
import { TableMenu } from '../../../components/table-menu';
import type { TableData } from '../../../components/table-text';
import { useRequest } from '../../../state/requests';
import { splitTitles } from '../../../theme/class-colours';

/** What the columns compare: splits or classes. */
type Across = 'splits' | 'classes';

const columnsOf = (balance: Balance, across: Across): readonly { key: string; name: string }[] =>
  across === 'splits'
    ? splitNames.map((split) => ({ key: split, name: splitTitles[split] }))
    : balance.classes.map((label) => ({ key: label, name: label }));

const countsOf = (level: BalanceLevel, across: Across): Readonly<Record<string, number>> =>
  across === 'splits' ? level.splits : level.classes;

const associationOf = ({ bySplit, byClass }: FactorBalance, across: Across): Association | null =>
  across === 'splits' ? bySplit : byClass;

export function associationText(association: Association | null): string {
  if (association === null) return 'only one group: nothing to compare';
  return `Cramér’s V ${association.v.toFixed(2)}, n = ${formatCount(association.n)}${
    association.strength === 'none' ? '' : `, ${association.strength}`
  }`;
}

/** Omits the row of images with an unknown value if there are none. */
const rowsOf = ({ levels, unknown }: FactorBalance): readonly BalanceLevel[] =>
  unknown.images === 0 ? levels : [...levels, unknown];

/** Sex, age, scanner, site and modality by split or class, with the strength of their association. */
export function BalanceTable({ project }: { readonly project: string }) {
  const request = useRequest('dataset.balance', { project });
  const [across, setAcross] = useState<Across>('splits');
  if (request.isPending) return <Skeleton h={120} />;
  if (request.isError) return <ErrorAlert error={request.error} onRetry={() => request.refetch()} />;
  const { balance } = request.data;
  const columns = columnsOf(balance, across);
  const totals = new Map(
    columns.map(({ key }) => [
      key,
      (balance.factors[0] === undefined ? [] : [...balance.factors[0].levels, balance.factors[0].unknown]).reduce(
        (sum, level) => sum + (countsOf(level, across)[key] ?? 0),
        0,
      ),
    ]),
  );
  return (
    <section aria-label="Balance">
      <Group justify="space-between" mb={4} wrap="nowrap">
        <SegmentedControl
          aria-label="Balance by"
          value={across}
          onChange={(value) => setAcross(value === 'classes' ? 'classes' : 'splits')}
          data={[
            { value: 'splits', label: 'By split' },
            { value: 'classes', label: 'By class' },
          ]}
        />
        <TableMenu name="Balance" table={() => balanceData(balance, across)} />
      </Group>
      <Table.ScrollContainer minWidth={420}>
        <Table aria-label="Balance" className="tabular" withTableBorder verticalSpacing={3}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Labelled images</Table.Th>
              {columns.map(({ key, name }) => (
                <Table.Th key={key} ta="right">
                  {name}
                </Table.Th>
              ))}
              <Table.Th ta="right">All</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {balance.factors.map((factor) => {
              const association = associationOf(factor, across);
              const isMarked = association?.strength === 'strong' || association?.strength === 'moderate';
              return (
                <Fragment key={factor.factor}>
                  <Table.Tr>
                    <Table.Th scope="rowgroup" colSpan={columns.length + 2} py={5}>
                      <Group justify="space-between" wrap="nowrap">
                        <span>{factorNames[factor.factor]}</span>
                        <Text
                          span
                          size="xs"
                          fw={isMarked ? 600 : 400}
                          c={isMarked ? 'var(--fovea-warning-text)' : 'dimmed'}
                        >
                          {factor.levels.length === 0 ? 'unknown for all images' : associationText(association)}
                        </Text>
                      </Group>
                    </Table.Th>
                  </Table.Tr>
                  {factor.levels.length > 0 &&
                    rowsOf(factor).map((level) => (
                      <Table.Tr key={level === factor.unknown ? '\u0000unknown' : level.level}>
                        <Table.Td pl={18} {...(level === factor.unknown ? { c: 'dimmed' } : {})}>
                          {level.level}
                        </Table.Td>
                        {columns.map(({ key }) => (
                          <CountCell key={key} count={countsOf(level, across)[key] ?? 0} of={totals.get(key) ?? 0} />
                        ))}
                        <Table.Td ta="right">{formatCount(level.images)}</Table.Td>
                      </Table.Tr>
                    ))}
                </Fragment>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="xs" c="dimmed" mt={4}>
        Shares are column percentages. Cramér’s V, corrected for chance, ranges from 0 (balanced) to 1. Each patient
        counts once, as does each image without a patient. Unknown values are excluded.
      </Text>
    </section>
  );
}

function CountCell({ count, of }: { readonly count: number; readonly of: number }) {
  return (
    <Table.Td ta="right">
      {formatCount(count)}{' '}
      <Text span size="xs" c="dimmed">
        {of === 0 ? '' : formatPercent(count / of, 0)}
      </Text>
    </Table.Td>
  );
}

function balanceData(balance: Balance, across: Across): TableData {
  const columns = columnsOf(balance, across);
  return {
    columns: ['Factor', 'Level', ...columns.map(({ name }) => name), 'All', 'Cramér’s V', 'n', 'Strength'],
    rows: balance.factors.flatMap((factor) => {
      const association = associationOf(factor, across);
      return rowsOf(factor).map((level) => [
        factorNames[factor.factor],
        level.level,
        ...columns.map(({ key }) => countsOf(level, across)[key] ?? 0),
        level.images,
        association?.v ?? null,
        association?.n ?? null,
        association?.strength ?? null,
      ]);
    }),
  };
}
