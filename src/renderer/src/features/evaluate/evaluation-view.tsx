import { SegmentedControl } from '@mantine/core';
import { type ReactNode, useMemo, useState } from 'react';
import type { ProjectSummary } from '#shared/models/project';
import type { Evaluation, RunSummary } from '#shared/models/run';
import { viewsText } from '#shared/models/test-time';
import { ConfusionMatrix } from '../../charts/confusion-matrix';
import { formatCompact, formatFixed, formatInterval } from '../../charts/format';
import { Histogram } from '../../charts/histogram';
import type { HistogramData } from '../../charts/histogram-layout';
import { HistoryChart } from '../../charts/history-chart';
import { formatDate, formatDuration, formatQuantity } from '../../components/format';
import { Notice } from '../../components/notice';
import { SectionCard } from '../../components/section-card';
import { Stat } from '../../components/stat';
import { TableMenu } from '../../components/table-menu';
import { useRequest } from '../../state/requests';
import { CaseGallery, type CaseQuery } from './case-gallery';
import { ClassMetrics } from './class-metrics';
import classes from './evaluate-screen.module.css';
import { headline, headlineTable } from './metric-tables';

export interface EvaluationViewProps {
  readonly project: ProjectSummary;
  readonly run: RunSummary;
  readonly evaluation: Evaluation;
  readonly actions: ReactNode;
}

/** All results of one evaluation; matrix cells, bars and counts open the images behind them. */
export function EvaluationView({ project, run, evaluation, actions }: EvaluationViewProps) {
  const [query, setQuery] = useState<CaseQuery | null>(null);
  const { edges, correct, incorrect } = evaluation.confidence;
  const [together, setTogether] = useState(false);
  const data: HistogramData = useMemo(
    () =>
      together
        ? {
            edges,
            series: [
              { key: 'all', label: 'All images', counts: correct.map((count, bin) => count + (incorrect[bin] ?? 0)) },
            ],
          }
        : {
            edges,
            series: [
              { key: 'correct', label: 'Correct', counts: correct },
              { key: 'incorrect', label: 'Incorrect', counts: incorrect },
            ],
          },
    [edges, correct, incorrect, together],
  );
  return (
    <>
      {evaluation.leak !== null && (
        <Notice tone="error" title="These numbers flatter">
          {evaluation.leak}
        </Notice>
      )}
      <SectionCard
        title={evaluation.split === 'test' ? 'Test set' : 'Validation images'}
        description={[
          `${formatQuantity(evaluation.n, 'image')} of ${formatQuantity(evaluation.patients, 'patient')}`,
          ...(evaluation.testTimeViews === 0 ? [] : [viewsText(evaluation.testTimeViews)]),
          `evaluated ${formatDate(evaluation.evaluatedAt)}`,
          `${formatDuration(evaluation.seconds)}, ${formatCompact(evaluation.imagesPerSecond)} images/s`,
        ].join(' · ')}
        actions={
          <>
            {actions}
            <TableMenu
              name={`${run.name} ${evaluation.split} metrics${evaluation.testTimeViews === 0 ? '' : ` ${evaluation.testTimeViews} test-time views`}`}
              table={() => headlineTable(evaluation)}
            />
          </>
        }
      >
        <div className={classes['headline']}>
          {headline(evaluation).map(({ name, metric, method }) => (
            <Stat
              key={name}
              label={name}
              value={formatFixed(metric?.value)}
              detail={
                metric === null ? (
                  'a class has no images'
                ) : (
                  <span title={`95 % interval: ${method}`}>
                    {formatInterval(metric)} {formatInterval(metric) === '' ? '' : '· '}n = {metric.n}
                  </span>
                )
              }
            />
          ))}
        </div>
      </SectionCard>
      {evaluation.cautions.length > 0 && (
        <Notice tone="warning" title="Read these numbers with care" lines={evaluation.cautions} />
      )}
      <ClassMetrics run={run} evaluation={evaluation} />
      <div className={classes['two']}>
        <ConfusionMatrix
          classes={evaluation.classes}
          matrix={evaluation.confusionMatrix}
          onOpen={({ truth, predicted, name }) => setQuery({ title: name, filter: { truth, predicted } })}
        />
        <Histogram
          title={together ? 'Confidence' : 'Confidence by correctness'}
          description="How sure the model was. Choose a column to see its images."
          quantity="Confidence"
          data={data}
          onOpen={({ name, low, high }) => setQuery({ title: name, filter: { confidence: [low, high] } })}
          actions={
            <SegmentedControl
              aria-label="Split the confidence by"
              value={together ? 'all' : 'correctness'}
              onChange={(value) => setTogether(value === 'all')}
              data={[
                { value: 'correctness', label: 'Correctness' },
                { value: 'all', label: 'All' },
              ]}
            />
          }
        />
        <TrainingHistory project={project.id} run={run} />
      </div>
      <CaseGallery
        project={project.id}
        run={run.id}
        split={evaluation.split}
        classes={evaluation.classes}
        query={query}
        onClose={() => setQuery(null)}
      />
    </>
  );
}

function TrainingHistory({ project, run }: { readonly project: string; readonly run: RunSummary }) {
  const detail = useRequest('runs.get', { project, run: run.id });
  const history = detail.data?.history;
  const best = run.best?.epoch ?? null;
  const losses = useMemo(
    () => [
      { label: 'Training loss', points: (history ?? []).map(({ epoch, trainLoss }) => [epoch, trainLoss] as const) },
      {
        label: 'Validation loss',
        points: (history ?? []).map(({ epoch, validationLoss }) => [epoch, validationLoss] as const),
      },
    ],
    [history],
  );
  const scores = useMemo(
    () => [
      { label: 'Accuracy', points: (history ?? []).map(({ epoch, metrics }) => [epoch, metrics.accuracy] as const) },
      { label: 'Macro F1', points: (history ?? []).map(({ epoch, metrics }) => [epoch, metrics.macroF1] as const) },
    ],
    [history],
  );
  if (history === undefined || history.length === 0) return null;
  return (
    <>
      <HistoryChart title="Training and validation loss" lines={losses} bestEpoch={best} />
      <HistoryChart title="Validation accuracy" lines={scores} bestEpoch={best} />
    </>
  );
}
