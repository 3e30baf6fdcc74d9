import { Loader, MultiSelect, ScrollArea, Select, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import type { NameChoice } from '#shared/class-names/similar-names';
import { type ColumnMapping, columnRoles, type TableAnswers, type TablePreview } from '#shared/models/label-table';
import { formatCount } from '#shared/text/number';
import { ErrorAlert } from '../../../components/error-alert';
import { Notice } from '../../../components/notice';
import { useRequest } from '../../../state/requests';
import classes from './table-mapper.module.css';
import { TableQuestions } from './table-questions';
import { matchText, patientChangesText, roleNames, tableFacts, withClasses, withColumn } from './table-roles';

export interface TableMapperProps {
  readonly project: string;
  /** The scan's plan; null for the images of the project. */
  readonly plan: string | null;
  readonly table: string;
  readonly mapping: ColumnMapping;
  readonly answers: TableAnswers;
  /** Pattern of an import that also finds patients in file names. */
  readonly groupPattern?: string | null;
  /** How to treat class names that may mean the same class. */
  readonly classNames: NameChoice;
  readonly onMapping: (mapping: ColumnMapping) => void;
  readonly onAnswers: (answers: TableAnswers) => void;
}

/** Input of a table's preview. */
export type TablePreviewInput = Omit<TableMapperProps, 'onMapping' | 'onAnswers'>;

/** Requested once a table is chosen. */
export const useTablePreview = (preview: Omit<TablePreviewInput, 'table'> & { table: string | null }) => {
  const { project, plan, table, mapping, answers, groupPattern = null, classNames } = preview;
  const input = { project, plan, table: table ?? '', mapping, answers, groupPattern, classNames };
  return useRequest('dataset.readTable', input, { keepPrevious: table !== null, enabled: table !== null });
};

/** Maps the columns of a label table to roles, with its first rows and the number of matches. Writes nothing. */
export function TableMapper(props: TableMapperProps) {
  const preview = useTablePreview(props);
  if (preview.isError) return <ErrorAlert error={preview.error} onRetry={() => preview.refetch()} />;
  if (preview.data === undefined) return <Loader size="sm" aria-label="Reading the table" />;
  const table = preview.data;
  // A table does not move existing images to a split.
  const roles = columnRoles.filter((role) => role !== 'split' || props.plan !== null);
  return (
    <Stack gap="xs" role="group" aria-label="Columns of the label table">
      <SimpleGrid cols={{ base: 3, sm: 5 }} spacing="xs" verticalSpacing={6}>
        {roles.map((role) => (
          <Select
            key={role}
            size="xs"
            label={roleNames[role]}
            withAsterisk={role === 'path' && (table.matchedBy ?? 'path') === 'path'}
            placeholder={role === 'label' && table.classes.length > 0 ? 'one column per class' : 'none'}
            clearable={table.mapping[role] !== null}
            searchable={table.headers.length > 12}
            data={[...table.headers]}
            value={table.mapping[role]}
            error={role === 'path' && table.matchedBy === null && table.mapping.path === null}
            onChange={(header) => props.onMapping(withColumn(table, role, header))}
          />
        ))}
      </SimpleGrid>
      {table.mapping.label === null && (
        <MultiSelect
          size="xs"
          label="Or one column per class, with yes or no in each row"
          placeholder={table.classes.length === 0 ? 'none' : ''}
          clearable
          searchable={table.headers.length > 12}
          maxValues={100}
          data={table.headers.filter((header) => roleOf(table, header) === undefined)}
          value={table.classes}
          onChange={(headers) => props.onMapping(withClasses(table, headers))}
        />
      )}
      <Text size="xs" fw={500} role="status" c={table.blocked === null ? 'dimmed' : 'var(--mantine-color-error)'}>
        {table.blocked ?? matchText(table, props.plan === null ? 'image file' : 'file')}
        {table.matchedBy !== null && table.matchedBy !== 'path' && ` Matched by ${roleNames[table.matchedBy]}.`}
        {table.patients > 0 && ` ${formatCount(table.patients)} different patients in the table.`}
        {table.patientChanges !== null && ` ${patientChangesText(table.patientChanges)}`}
      </Text>
      <Sample table={table} />
      <Values table={table} />
      {table.problems.length > 0 && <Notice tone="warning" lines={table.problems} />}
      <TableQuestions questions={table.questions} answers={props.answers} onAnswers={props.onAnswers} />
    </Stack>
  );
}

const roleOf = (table: TablePreview, header: string) => columnRoles.find((one) => table.mapping[one] === header);

function Sample({ table }: { readonly table: TablePreview }) {
  const use = (header: string): string | undefined => {
    const role = roleOf(table, header);
    if (role !== undefined) return roleNames[role];
    return table.classes.includes(header) ? 'Class' : undefined;
  };
  const headers = table.headers.slice(0, table.sample[0]?.length ?? table.headers.length);
  return (
    <ScrollArea.Autosize mah={188} type="auto" viewportProps={{ tabIndex: 0 }} className={classes['sample'] ?? ''}>
      <Table aria-label="First rows" fz="xs" verticalSpacing={2} horizontalSpacing={8}>
        <Table.Thead>
          <Table.Tr>
            {headers.map((header) => {
              const used = use(header);
              return (
                <Table.Th key={header} data-used={used !== undefined || undefined} className={classes['cell'] ?? ''}>
                  <div className={classes['header']} title={header}>
                    {header}
                  </div>
                  <div className={classes['role']}>{used ?? 'not used'}</div>
                </Table.Th>
              );
            })}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {table.sample.map((row, line) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a table that does not change
            <Table.Tr key={line}>
              {headers.map((header, index) => (
                <Table.Td
                  key={header}
                  data-used={use(header) !== undefined || undefined}
                  className={classes['cell'] ?? ''}
                  title={row[index]}
                >
                  {row[index]}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}

const SHOWN_VALUES = 8;

function Values({ table }: { readonly table: TablePreview }) {
  const columns = (['label', 'reader', 'site', 'split'] as const).flatMap((role) => {
    const values = table.values[role];
    return values === undefined ? [] : [{ role, ...values }];
  });
  return (
    <dl className={classes['values']}>
      {columns.map(({ role, distinct, values }) => (
        <div key={role}>
          <dt>{roleNames[role]}</dt>
          <dd>
            {values.slice(0, SHOWN_VALUES).map(({ value, rows }) => (
              <span key={value} className={classes['value']}>
                <span className={classes['header']}>{value}</span>
                <span className={classes['count']}>{formatCount(rows)}</span>
              </span>
            ))}
            {distinct > SHOWN_VALUES && (
              <Text span size="xs" c="dimmed">
                and {formatCount(distinct - SHOWN_VALUES)} more
              </Text>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** "semicolon, UTF-8, 120 rows", once the table is read. */
export function TableFacts(props: TablePreviewInput) {
  const { data } = useTablePreview(props);
  return data === undefined ? null : (
    <Text span size="xs" c="dimmed">
      {tableFacts(data)}
    </Text>
  );
}
