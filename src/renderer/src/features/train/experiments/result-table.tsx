import { Anchor, Table, Text } from '@mantine/core';
import { Star } from 'lucide-react';
import type { ComparedRun } from '#shared/models/comparison';
import { formatMetric } from '#shared/text/metric';
import { MetricCell } from '../../../charts/metric-cell';
import { RunStateBadge } from '../../../components/run-state-badge';
import { SectionCard } from '../../../components/section-card';
import { TableMenu } from '../../../components/table-menu';
import { resultColumns, resultOf, resultTable, verdictTexts } from './comparison-tables';
import classes from './experiment.module.css';

export interface ResultTableProps {
  readonly title: string;
  readonly description: string;
  /** Header of the first column: "Learning rate", "Fold", "Run". */
  readonly rowTitle: string;
  readonly runs: readonly ComparedRun[];
  readonly names: readonly string[];
  /** Shows each run's verdict against the best; off if the runs were evaluated on different images. */
  readonly verdicts: boolean;
  readonly onOpen: (run: string) => void;
}

/** Validation results of several runs, with intervals; each row opens its run. */
export function ResultTable({ title, description, rowTitle, runs, names, verdicts, onOpen }: ResultTableProps) {
  return (
    <SectionCard
      title={title}
      description={description}
      flush
      actions={<TableMenu name={title} table={() => resultTable(runs, names, rowTitle)} />}
    >
      <Table.ScrollContainer minWidth={640}>
        <Table aria-label={title} className="tabular" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{rowTitle}</Table.Th>
              <Table.Th>State</Table.Th>
              {resultColumns.map(({ key, name }) => (
                <Table.Th key={key} ta="right">
                  {name}
                </Table.Th>
              ))}
              {verdicts ? <Table.Th>Verdict</Table.Th> : <Table.Th ta="right">Images</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {runs.map((run, index) => (
              <Table.Tr key={run.summary.id}>
                <Table.Th scope="row" fw={500}>
                  <Anchor component="button" type="button" onClick={() => onOpen(run.summary.id)} ta="left">
                    {names[index] ?? run.summary.name}
                  </Anchor>
                  {run.summary.signOff !== null && (
                    <Text size="xs" c="var(--fovea-warning-text)">
                      Leaking split
                    </Text>
                  )}
                </Table.Th>
                <Table.Td>
                  <RunStateBadge run={run.summary} />
                </Table.Td>
                {resultColumns.map(({ key }) => (
                  <MetricCell key={key} metric={resultOf(run.evaluation, key)} />
                ))}
                {verdicts ? (
                  <Table.Td>
                    <Verdict run={run} />
                  </Table.Td>
                ) : (
                  <Table.Td ta="right">{run.evaluation?.n ?? '–'}</Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </SectionCard>
  );
}

function Verdict({ run: { verdict, behind } }: { readonly run: ComparedRun }) {
  return (
    <>
      <Text size="sm" span fw={verdict === 'best' ? 600 : 400} className={classes['verdict']}>
        {verdict === 'best' && <Star size={13} fill="currentcolor" aria-hidden />}
        {verdictTexts[verdict]}
      </Text>
      {behind !== null && <div className={classes['interval']}>{formatMetric(behind)} below the best</div>}
    </>
  );
}
