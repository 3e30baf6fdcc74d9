import { Table, Text } from '@mantine/core';
import { Check } from 'lucide-react';
import type { Search, Tried } from '#shared/models/search';
import { formatMetric } from '#shared/text/metric';
import { formatFixed } from '#shared/text/number';
import { formatDuration } from '#shared/text/time';
import { SectionCard } from '../../../components/section-card';
import { TableMenu } from '../../../components/table-menu';
import { searchRows } from './search-rows';

/** What a search has tried, what each step gave, and why it was kept or not. */
export function SearchTable({ search }: { readonly search: Search }) {
  const { tried, ended, budgetSeconds } = search;
  return (
    <SectionCard
      title="What was tried"
      description={
        ended ??
        `Each step is compared with the best before it by out-of-fold predictions, for ${formatDuration(budgetSeconds)} at most. Test images take no part.`
      }
      flush
      actions={<TableMenu name="What was tried" table={() => searchRows(tried)} />}
    >
      <Table.ScrollContainer minWidth={640}>
        <Table aria-label="What was tried" className="tabular">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Step</Table.Th>
              <Table.Th ta="right">Time</Table.Th>
              <Table.Th ta="right">Accuracy</Table.Th>
              <Table.Th ta="right">AUC</Table.Th>
              <Table.Th ta="right">Loss</Table.Th>
              <Table.Th ta="right">Change of loss</Table.Th>
              <Table.Th>Decision</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tried.map((step) => (
              <TriedRow key={step.what} step={step} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </SectionCard>
  );
}

function TriedRow({ step: { what, seconds, metrics, difference, kept, why } }: { readonly step: Tried }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={kept ? 600 : 400}>
        {what}
      </Table.Th>
      <Table.Td ta="right">{formatDuration(seconds)}</Table.Td>
      <Table.Td ta="right">{formatFixed(metrics?.accuracy ?? null)}</Table.Td>
      <Table.Td ta="right">{formatFixed(metrics?.auc ?? null)}</Table.Td>
      <Table.Td ta="right">{formatFixed(metrics?.loss ?? null)}</Table.Td>
      <Table.Td ta="right">{difference === null ? '–' : formatMetric(difference)}</Table.Td>
      <Table.Td>
        {kept && <Check size={14} aria-label="Kept" style={{ verticalAlign: '-2px', marginRight: 6 }} />}
        <Text span size="sm" {...(kept ? {} : { c: 'dimmed' })}>
          {why}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}
