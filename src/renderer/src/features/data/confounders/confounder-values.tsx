import { Anchor, Loader, Table, Text } from '@mantine/core';
import type { ConfounderTag } from '#shared/models/confounders';
import { formatCount, formatPercent } from '#shared/text/number';
import { invoke } from '../../../bridge/bridge';
import { ClassChip } from '../../../components/class-chip';
import { ErrorAlert } from '../../../components/error-alert';
import { SectionCard } from '../../../components/section-card';
import { TableMenu } from '../../../components/table-menu';
import { useRequest } from '../../../state/requests';
import { useSession } from '../../../state/session';
import { showError } from '../../../state/toasts';
import { countTable, sourceTitle, valueText } from './confounder-texts';

/** Number of images by class for each value of a tag; clicking a count opens the images. */
export function ConfounderValues({ project, tag }: { readonly project: string; readonly tag: ConfounderTag }) {
  const answer = useRequest('confounders.table', { project, tag });
  const table = answer.data;
  const totals = table?.classes.map((_, at) =>
    [...table.rows.map(({ counts }) => counts), table.more?.counts ?? []].reduce(
      (sum, counts) => sum + (counts[at] ?? 0),
      0,
    ),
  );
  const share = (count: number, at: number) => formatPercent(count / (totals?.[at] ?? 0), 0);
  const open = async (value: string | null, label: string) => {
    try {
      const { ids } = await invoke('confounders.images', { project, tag, value, label });
      useSession.getState().showImages({
        title: `${label}, ${sourceTitle(tag).toLowerCase()}: ${valueText(tag, value)}`,
        filter: { ids },
      });
    } catch (error) {
      showError(error);
    }
  };
  return (
    <SectionCard
      title={`${sourceTitle(tag)} by class`}
      description="Images and their share of the class. Select a count to see its images."
      flush
      actions={
        table === undefined ? null : (
          <TableMenu name={`${sourceTitle(tag)} by class`} table={() => countTable(tag, table)} />
        )
      }
    >
      {answer.isError && <ErrorAlert error={answer.error} onRetry={() => answer.refetch()} />}
      {answer.isPending && <Loader size="sm" m="md" aria-label="Counting images" />}
      {table !== undefined && (
        <Table.ScrollContainer minWidth={420}>
          <Table aria-label={`${sourceTitle(tag)} by class`} className="tabular" highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{sourceTitle(tag)}</Table.Th>
                {table.classes.map((label, index) => (
                  <Table.Th key={label} ta="right">
                    <ClassChip label={label} index={index} />
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {table.rows.map(({ value, counts }) => (
                <Table.Tr key={value ?? ''}>
                  <Table.Th scope="row" fw={400} {...(value === null ? { c: 'dimmed' } : {})}>
                    {valueText(tag, value)}
                  </Table.Th>
                  {table.classes.map((label, at) => (
                    <Table.Td key={label} ta="right">
                      <Count
                        count={counts[at] ?? 0}
                        share={share(counts[at] ?? 0, at)}
                        name={`${formatCount(counts[at] ?? 0)} ${label}, ${valueText(tag, value)}`}
                        onOpen={() => void open(value, label)}
                      />
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
              {table.more !== null && (
                <Table.Tr>
                  <Table.Th scope="row" fw={400} c="dimmed">
                    {formatCount(table.more.values)} more values
                  </Table.Th>
                  {table.more.counts.map((count, at) => (
                    <Table.Td key={table.classes[at]} ta="right" c="dimmed">
                      {formatCount(count)} · {share(count, at)}
                    </Table.Td>
                  ))}
                </Table.Tr>
              )}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </SectionCard>
  );
}

interface CountProps {
  readonly count: number;
  readonly share: string;
  readonly name: string;
  readonly onOpen: () => void;
}

function Count({ count, share, name, onOpen }: CountProps) {
  if (count === 0)
    return (
      <Text span c="dimmed" size="sm">
        0
      </Text>
    );
  return (
    <>
      <Anchor component="button" type="button" size="sm" aria-label={name} onClick={onOpen}>
        {formatCount(count)}
      </Anchor>
      <Text span c="dimmed" size="xs">
        {' '}
        · {share}
      </Text>
    </>
  );
}
