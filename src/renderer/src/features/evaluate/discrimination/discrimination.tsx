import { MultiSelect, Skeleton, Stack } from '@mantine/core';
import { useState } from 'react';
import type { BinaryTask } from '#shared/models/curves';
import { oneVersusRest } from '#shared/statistics/binary-task';
import { ErrorAlert } from '../../../components/error-alert';
import { Notice } from '../../../components/notice';
import { SectionCard } from '../../../components/section-card';
import { TableMenu } from '../../../components/table-menu';
import { useRequest, useRequests } from '../../../state/requests';
import classes from '../evaluate-screen.module.css';
import { OperatingPointCard } from '../operating/operating-point';
import type { CaseSource } from '../use-cases';
import { AreaTable, type RunCurves } from './area-table';
import { CurvePair } from './curve-pair';
import { TaskPicker } from './task-picker';
import { ThresholdView } from './threshold-view';

export interface DiscriminationProps {
  readonly project: string;
  /** Names the evaluated run or cross-validation. */
  readonly name: string;
  readonly source: CaseSource;
  readonly classes: readonly string[];
}

/** How well two groups of classes are told apart: both curves, their areas, other runs beside, and any threshold. */
export function Discrimination({ project, name, source, classes: labels }: DiscriminationProps) {
  const [task, setTask] = useState<BinaryTask | null>(null);
  const [compared, setCompared] = useState<readonly string[]>([]);
  const [index, setIndex] = useState<number | null>(null);
  const chosen = task ?? firstTask(labels);
  const { main, others } = useCurves(project, source, chosen, compared);
  const runs = useRequest('runs.list', { project }, { enabled: source.kind === 'run' }).data?.runs ?? [];
  const rivals = runs.filter(({ id, hasModel }) => hasModel && (source.kind !== 'run' || id !== source.run));
  const curves = main.data;
  const beside = others.flatMap(({ run, data }): RunCurves[] => {
    const rival = runs.find(({ id }) => id === run);
    return data === undefined || data.thresholds.length === 0 ? [] : [{ name: rival?.name ?? run, curves: data }];
  });
  const shown = curves === undefined ? [] : [{ name, curves }, ...beside];
  const unmeasured = others.filter(({ error }) => error !== null).map(({ run }) => run);

  return (
    <>
      <SectionCard
        title="Discrimination"
        description="How well scores order the images, at every threshold. Areas with 95 % intervals."
        actions={<TableMenu name={`${name} areas`} table={() => areaTable(shown)} />}
      >
        <Stack gap="sm">
          <div className={classes['controls']}>
            <TaskPicker
              classes={labels}
              task={chosen}
              onChange={(next) => {
                setTask(next);
                setIndex(null);
              }}
            />
            {rivals.length > 0 && (
              <MultiSelect
                label="Beside it"
                placeholder={compared.length === 0 ? 'Other runs' : ''}
                w={280}
                maxValues={6}
                data={rivals.map(({ id, name }) => ({ value: id, label: name }))}
                value={[...compared]}
                onChange={setCompared}
              />
            )}
          </div>
          {main.isError && <ErrorAlert error={main.error} onRetry={() => main.refetch()} />}
          {unmeasured.length > 0 && (
            <Notice tone="info">
              {runs
                .filter(({ id }) => unmeasured.includes(id))
                .map(({ name }) => name)
                .join(', ')}
              : not evaluated on these images yet, or of fewer classes.
            </Notice>
          )}
          {main.isPending && <Skeleton h={80} />}
          {shown.length > 0 && <AreaTable runs={shown} />}
        </Stack>
      </SectionCard>
      {curves !== undefined && curves.thresholds.length === 0 && (
        <Notice tone="warning" title="No curve">
          {curves.positives === 0 ? 'No positive image' : 'No negative image'} is among these images.
        </Notice>
      )}
      {curves !== undefined && curves.thresholds.length > 0 && (
        <>
          <CurvePair runs={[{ name, curves }, ...beside]} index={index} onIndex={setIndex} />
          <ThresholdView
            project={project}
            source={source}
            classes={labels}
            curves={curves}
            index={index}
            onIndex={setIndex}
          />
          {source.kind === 'run' && (
            <OperatingPointCard
              project={project}
              run={source.run}
              split={source.split}
              classes={labels}
              task={chosen}
            />
          )}
        </>
      )}
    </>
  );
}

/** The second class of two, as the one to detect usually is; else the first and the rest. */
function firstTask(classes: readonly string[]): BinaryTask {
  const tasks = oneVersusRest(classes.length);
  return tasks[classes.length === 2 ? 1 : 0] ?? { positive: [0], negative: [1] };
}

function useCurves(project: string, source: CaseSource, task: BinaryTask, compared: readonly string[]) {
  const { run, split } = source.kind === 'run' ? source : { run: '', split: 'validation' as const };
  const experiment = source.kind === 'folds' ? source.experiment : '';
  const isRun = source.kind === 'run';
  const ofRun = useRequest('evaluations.curves', { project, run, split, task }, { enabled: isRun });
  const ofFolds = useRequest('experiments.curves', { project, experiment, task }, { enabled: !isRun });
  const answers = useRequests(
    'evaluations.curves',
    compared.map((other) => ({ project, run: other, split, task })),
  );
  const others = compared.map((other, place) => ({
    run: other,
    data: answers[place]?.data,
    error: answers[place]?.error ?? null,
  }));
  return { main: isRun ? ofRun : ofFolds, others };
}

function areaTable(runs: readonly RunCurves[]) {
  return {
    columns: [
      'Run',
      'AUC',
      '95 % low',
      '95 % high',
      'Average precision',
      '95 % low',
      '95 % high',
      'Positive images',
      'Negative images',
    ],
    rows: runs.map(({ name, curves: { auc, averagePrecision, positives, negatives } }) => [
      name,
      ...[auc, averagePrecision].flatMap((metric) => [
        metric?.value ?? null,
        metric?.low ?? null,
        metric?.high ?? null,
      ]),
      positives,
      negatives,
    ]),
  };
}
