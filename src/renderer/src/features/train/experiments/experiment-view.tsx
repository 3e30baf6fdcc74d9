import { ActionIcon, Button, Group, Menu, Skeleton, Text, Title } from '@mantine/core';
import { EllipsisVertical, Pause, Play, Trash2 } from 'lucide-react';
import { useMemo } from 'react';
import { metricTitle } from '#shared/experiments/metrics';
import { settingLabel, settingText } from '#shared/experiments/settings';
import type { Comparison } from '#shared/models/comparison';
import type { Experiment, ExperimentDetail } from '#shared/models/experiment';
import type { ProjectSummary } from '#shared/models/project';
import { formatQuantity } from '#shared/text/number';
import { formatDate } from '#shared/text/time';
import { IntervalChart } from '../../../charts/interval-chart';
import { confirm } from '../../../components/confirm';
import { ErrorAlert } from '../../../components/error-alert';
import { Notice } from '../../../components/notice';
import { EditControls, useReadOnly } from '../../../components/read-only';
import { useCommand, useRequest } from '../../../state/requests';
import layout from '../parts/view.module.css';
import { resultOf } from './comparison-tables';
import { LearningCurves } from './comparison-view';
import { FoldResults } from './fold-results';
import { LeakResults } from './leak-results';
import { ResultTable } from './result-table';

export interface ExperimentViewProps {
  readonly project: ProjectSummary;
  readonly experiment: string;
  readonly onOpenRun: (run: string) => void;
  readonly onRemoved: () => void;
}

/** A sweep, a cross-validation or a leak measurement: progress and results. */
export function ExperimentView({ project, experiment, onOpenRun, onRemoved }: ExperimentViewProps) {
  const detail = useRequest('experiments.get', { project: project.id, experiment }, { keepPrevious: true });
  if (detail.isPending) return <Skeleton h={240} m="md" />;
  if (detail.isError) return <ErrorAlert error={detail.error} onRetry={() => detail.refetch()} />;
  const { comparison } = detail.data;
  return (
    <div className={layout['run']}>
      <Header project={project.id} detail={detail.data} onRemoved={onRemoved} />
      <Missing detail={detail.data} />
      {comparison !== null && (
        <Results project={project.id} detail={detail.data} comparison={comparison} onOpenRun={onOpenRun} />
      )}
    </div>
  );
}

interface ResultsProps {
  readonly project: string;
  readonly detail: ExperimentDetail;
  readonly comparison: Comparison;
  readonly onOpenRun: (run: string) => void;
}

function Results({ project, detail, comparison, onOpenRun }: ResultsProps) {
  const { experiment, pooled } = detail;
  const names = useMemo(() => memberNames(experiment, comparison), [experiment, comparison]);
  if (experiment.kind === 'folds') {
    return (
      <>
        {pooled === null ? (
          <Notice tone="info">
            When all folds are evaluated, their predictions are combined here: one per image, from the model that was
            not trained on it.
          </Notice>
        ) : (
          <FoldResults project={project} name={experiment.name} pooled={pooled} />
        )}
        <ResultTable
          title="Folds"
          description="Each model on its held-out fold, with 95 % intervals"
          rowTitle="Fold"
          runs={comparison.runs}
          names={names}
          verdicts={false}
          onOpen={onOpenRun}
        />
        <LearningCurves comparison={comparison} names={names} />
      </>
    );
  }
  if (experiment.kind === 'leak') {
    return (
      <>
        {detail.leak === null ? (
          <Notice tone="info">
            When both runs have finished, each model is evaluated on the test images of its own split, and the
            difference is shown here. These openings of the test set are recorded.
          </Notice>
        ) : (
          <LeakResults name={experiment.name} result={detail.leak} onOpenRun={onOpenRun} />
        )}
        <LearningCurves comparison={comparison} names={names} />
      </>
    );
  }
  const title = settingLabel(experiment.key);
  const quantity = metricTitle(comparison.metric);
  return (
    <>
      <IntervalChart
        title={`${quantity} by ${title.toLowerCase()}`}
        description="On the validation images"
        rowTitle={title}
        quantity={quantity}
        rows={comparison.runs.map(({ evaluation, verdict }, index) => ({
          label: names[index] ?? '',
          metric: resultOf(evaluation, comparison.metric),
          mark: verdict === 'best' ? 'best' : undefined,
        }))}
      />
      {comparison.notes.length > 0 && <Notice tone="info" lines={comparison.notes} />}
      <ResultTable
        title="Results"
        description="On the same validation images, with 95 % intervals; all other settings and the seed are the same"
        rowTitle={title}
        runs={comparison.runs}
        names={names}
        verdicts
        onOpen={onOpenRun}
      />
      <LearningCurves comparison={comparison} names={names} />
    </>
  );
}

/** Name of each run within its experiment: its value, or its fold. */
function memberNames(experiment: Experiment, { runs }: Comparison): string[] {
  return runs.map(({ summary }) => {
    if (experiment.kind === 'folds') {
      return `Fold ${experiment.members.find(({ run }) => run === summary.id)?.fold ?? '?'}`;
    }
    if (experiment.kind === 'leak') {
      return experiment.members.find(({ run }) => run === summary.id)?.grouped === true ? 'Grouped' : 'Leaking';
    }
    return settingText(experiment.members.find(({ run }) => run === summary.id)?.value ?? null);
  });
}

function kindText(experiment: Experiment): string {
  switch (experiment.kind) {
    case 'sweep':
      return `Sweep of ${settingLabel(experiment.key).toLowerCase()}`;
    case 'folds':
      return `${experiment.folds}-fold cross-validation`;
    case 'leak':
      return 'The same run with and without a leak';
  }
}

/** Reports runs that were removed individually. */
function Missing({ detail: { experiment, runs } }: { readonly detail: ExperimentDetail }) {
  const missing = experiment.members.length - runs.length;
  if (missing === 0) return null;
  return (
    <Notice tone="warning">
      {formatQuantity(missing, 'run')} of this experiment {missing === 1 ? 'was' : 'were'} removed.
      {experiment.kind === 'folds' && ' Results over all images need all folds.'}
    </Notice>
  );
}

interface HeaderProps {
  readonly project: string;
  readonly detail: ExperimentDetail;
  readonly onRemoved: () => void;
}

function Header({ project, detail: { experiment, runs }, onRemoved }: HeaderProps) {
  const target = { project, experiment: experiment.id };
  const pause = useCommand('experiments.pause');
  const resume = useCommand('experiments.resume');
  const readOnly = useReadOnly();
  const remove = useCommand('experiments.remove', {
    onSuccess: () => {
      onRemoved();
    },
  });
  const active = runs.some(({ state }) => state === 'running' || state === 'queued');
  const left = runs.filter(({ resumable }) => resumable).length;
  const finished = runs.filter(({ state }) => state === 'finished').length;
  const confirmRemove = async () => {
    const sure = await confirm({
      title: `Remove ${experiment.name}?`,
      message: `Its ${formatQuantity(runs.length, 'run')} with models, logs and evaluations are deleted. This cannot be undone.`,
      confirmLabel: 'Remove experiment',
      danger: true,
    });
    if (sure) remove.mutate(target);
  };
  return (
    <Group justify="space-between" wrap="nowrap" align="flex-start">
      <div style={{ minWidth: 0 }}>
        <Title order={2} size="h2" lineClamp={1}>
          {experiment.name}
        </Title>
        <Text size="xs" c="dimmed" className="tabular">
          {[
            kindText(experiment),
            `${finished} of ${experiment.members.length} runs finished`,
            formatDate(experiment.createdAt),
          ].join(' · ')}
        </Text>
      </div>
      <Group gap={6} wrap="nowrap">
        {active && (
          <EditControls>
            <Button
              variant="default"
              leftSection={<Pause size={14} />}
              loading={pause.isPending}
              onClick={() => pause.mutate(target)}
            >
              Pause
            </Button>
          </EditControls>
        )}
        {!active && left > 0 && (
          <EditControls>
            <Button leftSection={<Play size={14} />} loading={resume.isPending} onClick={() => resume.mutate(target)}>
              Resume {formatQuantity(left, 'run')}
            </Button>
          </EditControls>
        )}
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon aria-label="More actions for this experiment" size="md">
              <EllipsisVertical size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              color="red"
              leftSection={<Trash2 size={14} />}
              disabled={active || readOnly}
              onClick={confirmRemove}
            >
              Remove experiment and its runs
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
    </Group>
  );
}
