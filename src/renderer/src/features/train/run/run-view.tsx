import { Skeleton, Tabs } from '@mantine/core';
import { useEffect } from 'react';
import type { ProjectSummary } from '#shared/models/project';
import type { RunSummary } from '#shared/models/run';
import { signOffWarning } from '#shared/models/sign-off';
import { continuedConfig } from '#shared/training/continue';
import { isLogisticRegression } from '#shared/training/stages';
import { DataVersion } from '../../../components/data-version';
import { ErrorAlert } from '../../../components/error-alert';
import { KnownLeaksNote } from '../../../components/known-leaks-note';
import { Notice } from '../../../components/notice';
import { refreshRuns, useRunProgress } from '../../../state/activity';
import { refetchStale, useRequest } from '../../../state/requests';
import { showError } from '../../../state/toasts';
import layout from '../parts/view.module.css';
import { ContinueRun } from './continue-run';
import { ExportPanel } from './export-panel';
import { RunCharts } from './run-charts';
import { RunConfigView } from './run-config-view';
import { RunHeader } from './run-header';
import { RunNotes } from './run-notes';
import { RunProgressCard } from './run-progress-card';
import { RunResult } from './run-result';
import { SearchTable } from './search-table';
import { useTrainingLog } from './use-training-log';

/** Interval for polling a run that another process trains. */
const POLL_MILLISECONDS = 5000;

export function isActive(run: RunSummary): boolean {
  return run.state === 'queued' || run.state === 'running' || run.state === 'paused';
}

export interface RunViewProps {
  readonly project: ProjectSummary;
  readonly run: RunSummary;
  /** Position in the queue, from 1; null if the run is not queued. */
  readonly place: number | null;
}

/** One run: current progress, result, settings, log and exports. */
export function RunView({ project, run, place }: RunViewProps) {
  const active = isActive(run);
  const live = useRunProgress(run.id);
  const requested = useRequest('runs.progress', { project: project.id, run: run.id }, { enabled: active });
  const progress = live ?? requested.data;
  const detail = useRequest('runs.get', { project: project.id, run: run.id });
  const diagnosis = useRequest(
    'runs.diagnosis',
    { project: project.id, run: run.id },
    { enabled: run.state !== 'queued', keepPrevious: true },
  );
  const config = detail.data?.record.config;
  const canContinue = run.hasModel && config !== undefined && continuedConfig(config, 1) !== null;
  /** Such a run has results, but no curves. */
  const isSolved = run.preset === 'auto' || (config !== undefined && isLogisticRegression(config));
  const search = detail.data?.search ?? null;
  const { log, error, loaded } = useTrainingLog(project.id, run.id, active);

  // Another process's events do not arrive here, so poll.
  const elsewhere = run.state === 'running' && progress?.phase === 'elsewhere';
  useEffect(() => {
    if (!elsewhere) return;
    const timer = setInterval(() => {
      refetchStale({ project: project.id, topics: ['runs'] });
      refreshRuns(project.id).catch(showError);
    }, POLL_MILLISECONDS);
    return () => clearInterval(timer);
  }, [elsewhere, project.id]);

  return (
    <div className={layout['run']}>
      <RunHeader
        project={project}
        run={run}
        detail={detail.data ?? null}
        diagnosis={diagnosis.data ?? null}
        elsewhere={elsewhere}
      />
      {run.signOff !== null && <Notice tone="warning">{signOffWarning(run.signOff)}</Notice>}
      <DataVersion project={project.id} run={run.id} />
      <KnownLeaksNote leaks={detail.data?.record.leaks ?? []} />
      {place !== null && (
        <Notice tone="info" title={`Queued: place ${place}`}>
          Starts when the runs ahead of it finish or pause. It keeps its place if you close Fovea.
        </Notice>
      )}
      {active && place === null && progress !== undefined && <RunProgressCard progress={progress} />}
      {!active && (
        <RunResult
          run={run}
          epochs={log.epochs}
          isSolved={isSolved}
          actions={canContinue && <ContinueRun project={project.id} run={run} />}
        />
      )}
      {search !== null && <SearchTable search={search} />}
      <Tabs key={isSolved ? 'solved' : 'trained'} defaultValue={isSolved ? 'settings' : 'charts'} keepMounted={false}>
        <Tabs.List>
          {!isSolved && <Tabs.Tab value="charts">Charts</Tabs.Tab>}
          <Tabs.Tab value="settings">Settings</Tabs.Tab>
          <Tabs.Tab value="log">Log</Tabs.Tab>
          <Tabs.Tab value="export" disabled={!run.hasModel}>
            Export
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="charts" pt="sm">
          {error !== null && <ErrorAlert error={error} />}
          {loaded ? <RunCharts log={log} metric={run.best?.metric ?? null} /> : <Skeleton h={260} />}
        </Tabs.Panel>
        <Tabs.Panel value="settings" pt="sm">
          {detail.isPending && <Skeleton h={200} />}
          {detail.isError && <ErrorAlert error={detail.error} onRetry={() => detail.refetch()} />}
          {detail.data !== undefined && <RunConfigView project={project.id} detail={detail.data} />}
        </Tabs.Panel>
        <Tabs.Panel value="log" pt="sm">
          <RunNotes run={run} log={log} notes={detail.data?.record.notes ?? []} />
        </Tabs.Panel>
        <Tabs.Panel value="export" pt="sm">
          <ExportPanel project={project.id} run={run} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}
