import { Group, ScrollArea, Table, Text } from '@mantine/core';
import type { SkippedFile } from '#shared/models/dataset';
import { formatCount } from '#shared/text/number';
import { TableMenu } from '../../../components/table-menu';
import classes from '../parts/import.module.css';

/** Enough rows for a screen; the export has all of them. */
const SHOWN = 200;

/** Excluded files, each with its reason; copy and export include all of them. */
export function SkippedFiles({ title, files }: { readonly title: string; readonly files: readonly SkippedFile[] }) {
  return (
    <section aria-label={title}>
      <Group justify="space-between" mb={4}>
        <Text fw={600}>
          {title} ({formatCount(files.length)})
        </Text>
        <TableMenu
          name={title}
          table={() => ({
            columns: ['File', 'Reason', 'Code'],
            rows: files.map(({ path, message, code }) => [path, message, code]),
          })}
        />
      </Group>
      <ScrollArea.Autosize viewportProps={{ tabIndex: 0 }} mah={180} type="auto" className={classes['skipped'] ?? ''}>
        <Table aria-label={title} fz="xs" verticalSpacing={3}>
          <Table.Tbody>
            {files.slice(0, SHOWN).map(({ path, message }) => (
              <Table.Tr key={path}>
                <Table.Td className={classes['path'] ?? ''}>{path}</Table.Td>
                <Table.Td>{message}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {files.length > SHOWN && (
          <Text size="xs" c="dimmed" p="xs">
            and {formatCount(files.length - SHOWN)} more; export the list to see all
          </Text>
        )}
      </ScrollArea.Autosize>
    </section>
  );
}
