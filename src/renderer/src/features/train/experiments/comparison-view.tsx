import { Button, Group, Skeleton, Switch, Table, Text, Title } from '@mantine/core';
import { X } from 'lucide-react';
import { useMemo, useState } from 'react';
import { metricTitle } from '#shared/experiments/metrics';
import { settingLabel } from '#shared/experiments/settings';
import type { ComparedValues, Comparison } from '#shared/models/comparison';
import type { ProjectSummary } from '#shared/models/project';
import { HistoryChart } from '../../../charts/history-chart';
import { ErrorAlert } from '../../../components/error-alert';
import { Notice } from '../../../components/notice';
import { SectionCard } from '../../../components/section-card';
import { TableMenu } from '../../../components/table-menu';
import { useRequest } from '../../../state/requests';
import layout from '../parts/view.module.css';
import { learningCurves, shownValue, valuesTable } from './comparison-tables';
import classes from './experiment.module.css';
import { ResultTable } from './result-table';

export interface ComparisonViewProps {
  readonly project: ProjectSummary;
  readonly runs: readonly string[];
  readonly onOpenRun: (run: string) => void;
  readonly onClose: () => void;
}

/** Several runs side by side: results, differences in settings and data, learning curves. */
export function ComparisonView({ project, runs, onOpenRun, onClose }: ComparisonViewProps) {
  const comparison = useRequest('runs.compare', { project: project.id, runs: [...runs] }, { keepPrevious: true });
  return (
    <div className={layout['run']}>
      <Group justify="space-between" wrap="nowrap">
        <Title order={2} size="h2">
          Comparison of {runs.length} runs
        </Title>
        <Button variant="default" leftSection={<X size={14} />} onClick={onClose}>
          Close
        </Button>
      </Group>
      {comparison.isPending && <Skeleton h={240} />}
      {comparison.isError && <ErrorAlert error={comparison.error} onRetry={() => comparison.refetch()} />}
      {comparison.data !== undefined && <Compared comparison={comparison.data} onOpenRun={onOpenRun} />}
    </div>
  );
}

function Compared({
  comparison,
  onOpenRun,
}: {
  readonly comparison: Comparison;
  readonly onOpenRun: (run: string) => void;
}) {
  const names = useMemo(() => distinctNames(comparison), [comparison]);
  return (
    <>
      <ResultTable
        title="Results"
        description="On the validation images of each run, with 95 % intervals"
        rowTitle="Run"
        runs={comparison.runs}
        names={names}
        verdicts
        onOpen={onOpenRun}
      />
      {comparison.notes.length > 0 && <Notice tone="info" lines={comparison.notes} />}
      <Values title="Settings" rows={comparison.settings} names={names} alike="All settings are the same." />
      <Values
        title="Data and model"
        rows={comparison.facts}
        names={names}
        alike="Images, labels, split, weights and preprocessing are the same."
      />
      <LearningCurves comparison={comparison} names={names} />
    </>
  );
}

/** Numbers runs that share a name. */
function distinctNames({ runs }: Comparison): string[] {
  const names = runs.map(({ summary }) => summary.name);
  return names.map((name, index) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} (${index + 1})`,
  );
}

interface ValuesProps {
  readonly title: string;
  readonly rows: readonly ComparedValues[];
  readonly names: readonly string[];
  /** Shown if nothing differs. */
  readonly alike: string;
}

/** The values that differ between runs, or all of them on demand. */
function Values({ title, rows, names, alike }: ValuesProps) {
  const [all, setAll] = useState(false);
  const shown = rows.filter(({ differs }) => all || differs);
  return (
    <SectionCard
      title={title}
      description={`${rows.filter(({ differs }) => differs).length} of ${rows.length} differ`}
      flush={shown.length > 0}
      actions={
        <>
          <Switch
            size="xs"
            label="Show all"
            aria-label={`${title}: show all`}
            checked={all}
            onChange={(event) => setAll(event.currentTarget.checked)}
          />
          <TableMenu name={`${title} compared`} table={() => valuesTable(shown, names)} />
        </>
      }
    >
      {shown.length === 0 ? (
        <Text c="dimmed">{alike}</Text>
      ) : (
        <Table.ScrollContainer minWidth={480}>
          <Table aria-label={title} className={`tabular ${classes['values']}`} layout="fixed">
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={210}>Setting</Table.Th>
                {names.map((name) => (
                  <Table.Th key={name}>{name}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map(({ key, values, differs }) => (
                <Table.Tr key={key}>
                  <Table.Th scope="row" fw={400} title={key}>
                    {settingLabel(key)}
                    {all && differs && (
                      <Text span size="xs" c="var(--fovea-accent-text)" ml={6}>
                        differs
                      </Text>
                    )}
                  </Table.Th>
                  {values.map((value, index) => (
                    <Table.Td key={names[index]} {...(differs ? { 'data-differs': true } : {})}>
                      {shownValue(value)}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </SectionCard>
  );
}

/** Validation loss and selection metric of all runs by epoch. */
export function LearningCurves({
  comparison,
  names,
}: {
  readonly comparison: Comparison;
  readonly names: readonly string[];
}) {
  const { metric } = comparison;
  const losses = useMemo(() => learningCurves(comparison, names, (epoch) => epoch.validationLoss), [comparison, names]);
  const scores = useMemo(
    () => learningCurves(comparison, names, ({ metrics }) => (metric === 'loss' ? metrics.accuracy : metrics[metric])),
    [comparison, names, metric],
  );
  if (comparison.runs.every(({ history }) => history.length === 0)) return null;
  const title = metricTitle(metric === 'loss' ? 'accuracy' : metric);
  return (
    <div className={classes['two']}>
      <HistoryChart title={`${title} by epoch`} lines={scores} bestEpoch={null} />
      <HistoryChart title="Validation loss by epoch" lines={losses} bestEpoch={null} />
    </div>
  );
}
