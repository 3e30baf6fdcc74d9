import { SegmentedControl } from '@mantine/core';
import { type ReactNode, useMemo, useState } from 'react';
import type { HistogramData } from '#shared/charts/histogram';
import { metricTitle } from '#shared/experiments/metrics';
import { imagesText } from '#shared/models/patient-count';
import type { ProjectSummary } from '#shared/models/project';
import type { RunSummary } from '#shared/models/run';
import { viewsText } from '#shared/models/test-time';
import { noIntervalReason } from '#shared/statistics/no-interval';
import { formatInterval } from '#shared/text/metric';
import { formatFixed } from '#shared/text/number';
import { formatDate, formatDuration, formatRate } from '#shared/text/time';
import { ConfusionMatrix } from '../../charts/confusion-matrix';
import { Histogram } from '../../charts/histogram';
import { HistoryChart } from '../../charts/history-chart';
import { KnownLeaksNote } from '../../components/known-leaks-note';
import { Notice } from '../../components/notice';
import { SectionCard } from '../../components/section-card';
import { Stat } from '../../components/stat';
import { TableMenu } from '../../components/table-menu';
import { useRequest } from '../../state/requests';
import { CaseGallery, type CaseQuery } from './case-gallery';
import { ClassMetrics } from './class-metrics';
import { Discrimination } from './discrimination/discrimination';
import classes from './evaluate-screen.module.css';
import { headline, headlineTable, type Results } from './metric-tables';
import type { CaseSource } from './use-cases';

export interface EvaluationViewProps {
  readonly project: ProjectSummary;
  /** Names the evaluated images. */
  readonly title: string;
  /** Name of saved files and tables. */
  readonly name: string;
  readonly results: Results;
  readonly source: CaseSource;
  readonly actions: ReactNode;
  /** Charts at the end. */
  readonly children?: ReactNode;
}

/** All results of one evaluation; matrix cells, bars and counts open the images behind them. */
export function EvaluationView(props: EvaluationViewProps) {
  const { project, title, name, results, source, actions, children } = props;
  const [query, setQuery] = useState<CaseQuery | null>(null);
  const { edges, correct, incorrect } = results.confidence;
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
      {results.leak !== null && (
        <Notice tone="error" title="These results are too optimistic">
          {results.leak}
        </Notice>
      )}
      <SectionCard
        title={title}
        description={[
          imagesText(results.n, results),
          ...(results.testTimeViews === 0 ? [] : [viewsText(results.testTimeViews)]),
          `evaluated ${formatDate(results.evaluatedAt)}`,
          `${formatDuration(results.seconds)}, ${formatRate(results.imagesPerSecond)}`,
        ].join(' · ')}
        actions={
          <>
            {actions}
            <TableMenu
              name={`${name} metrics${results.testTimeViews === 0 ? '' : ` ${results.testTimeViews} test-time views`}`}
              table={() => headlineTable(results)}
            />
          </>
        }
      >
        <div className={classes['headline']}>
          {headline(results).map(({ name, metric, method }) => (
            <Stat
              key={name}
              label={name}
              value={formatFixed(metric?.value)}
              detail={
                metric === null ? (
                  'a class has no images'
                ) : (
                  <span title={`95 % interval: ${method}`}>
                    {noIntervalReason(metric) ?? formatInterval(metric)} · n = {metric.n}
                  </span>
                )
              }
            />
          ))}
        </div>
      </SectionCard>
      <KnownLeaksNote leaks={results.leaks} />
      {results.cautions.length > 0 && <Notice tone="warning" title="Limitations" lines={results.cautions} />}
      <ClassMetrics name={name} results={results} />
      <div className={classes['two']}>
        <ConfusionMatrix
          classes={results.classes}
          matrix={results.confusionMatrix}
          onOpen={({ truth, predicted, name }) => setQuery({ title: name, filter: { truth, predicted } })}
        />
        <Histogram
          title={together ? 'Confidence' : 'Confidence by correctness'}
          description="Predicted probability of the chosen class. Select a column to see its images."
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
      </div>
      <Discrimination project={project.id} name={name} source={source} classes={results.classes} />
      <div className={classes['two']}>{children}</div>
      <CaseGallery
        project={project.id}
        source={source}
        classes={results.classes}
        query={query}
        onClose={() => setQuery(null)}
      />
    </>
  );
}

/** The training curves of the evaluated run. */
export function TrainingHistory({ project, run }: { readonly project: string; readonly run: RunSummary }) {
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
      {
        label: metricTitle('accuracy'),
        points: (history ?? []).map(({ epoch, metrics }) => [epoch, metrics.accuracy] as const),
      },
      {
        label: metricTitle('macroF1'),
        points: (history ?? []).map(({ epoch, metrics }) => [epoch, metrics.macroF1] as const),
      },
    ],
    [history],
  );
  // A head that is solved at once has a single point.
  if (history === undefined || history.length < 2) return null;
  return (
    <>
      <HistoryChart title="Training and validation loss" lines={losses} bestEpoch={best} />
      <HistoryChart title="Validation accuracy" lines={scores} bestEpoch={best} />
    </>
  );
}
