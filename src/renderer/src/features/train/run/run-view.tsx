import { Skeleton, Tabs } from '@mantine/core';
import { useEffect } from 'react';
import type { ProjectSummary } from '#shared/models/project';
import type { RunSummary } from '#shared/models/run';
import { signOffWarning } from '#shared/models/sign-off';
import { ErrorAlert } from '../../../components/error-alert';
import { LeakKnowledge } from '../../../components/leak-knowledge';
import { Notice } from '../../../components/notice';
import { catchUpOnRuns, useRunProgress } from '../../../state/activity';
import { askAgain, useRequest } from '../../../state/requests';
import { showError } from '../../../state/toasts';
import layout from '../parts/view.module.css';
import { ExportPanel } from './export-panel';
import { RunCharts } from './run-charts';
import { RunConfigView } from './run-config-view';
import { RunHeader } from './run-header';
import { RunNotes } from './run-notes';
import { RunProgressCard } from './run-progress-card';
import { RunResult } from './run-result';
import { useTrainingLog } from './use-training-log';

/** Interval for polling a run that another process trains. */
const LOOK_MILLISECONDS = 5000;

export function isGoing(run: RunSummary): boolean {
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
  const going = isGoing(run);
  const live = useRunProgress(run.id);
  const asked = useRequest('runs.progress', { project: project.id, run: run.id }, { enabled: going });
  const progress = live ?? asked.data;
  const detail = useRequest('runs.get', { project: project.id, run: run.id });
  const diagnosis = useRequest(
    'runs.diagnosis',
    { project: project.id, run: run.id },
    { enabled: run.state !== 'queued', keepPrevious: true },
  );
  const { log, error, loaded } = useTrainingLog(project.id, run.id, going);

  // Another process's events do not arrive here, so poll.
  const elsewhere = run.state === 'running' && progress?.phase === 'elsewhere';
  useEffect(() => {
    if (!elsewhere) return;
    const timer = setInterval(() => {
      askAgain({ project: project.id, topics: ['runs'] });
      catchUpOnRuns(project.id).catch(showError);
    }, LOOK_MILLISECONDS);
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
      <LeakKnowledge leaks={detail.data?.record.leaks ?? []} />
      {place !== null && (
        <Notice tone="info" title={`Queued: place ${place}`}>
          Starts when the runs ahead of it finish or pause. It keeps its place if you close Fovea.
        </Notice>
      )}
      {going && place === null && progress !== undefined && <RunProgressCard progress={progress} />}
      {!going && <RunResult run={run} epochs={log.epochs} />}
      <Tabs defaultValue="charts" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="charts">Charts</Tabs.Tab>
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
