import { Button, Skeleton } from '@mantine/core';
import { Images, Plus } from 'lucide-react';
import type { ProjectSummary } from '#shared/models/project';
import type { RunSummary } from '#shared/models/run';
import { EmptyState } from '../../components/empty-state';
import { ErrorAlert } from '../../components/error-alert';
import { Page, PageHeader } from '../../components/page';
import { useRequest } from '../../state/requests';
import { useSelectedRun } from '../../state/selected-run';
import { useSession } from '../../state/session';
import { NewRunForm } from './new-run-form';
import { RunList } from './run-list';
import { RunView } from './run-view';
import classes from './train-screen.module.css';

/** What to show before a person has chosen: what runs now, else the newest run, else the form for the first. */
function defaultRun(runs: readonly RunSummary[]): RunSummary | undefined {
  return runs.find(({ state }) => state === 'running' || state === 'paused') ?? runs[0];
}

/** Runs at the left; at the right the form for a new one, or the chosen one with its progress and results. */
export function TrainScreen({ project }: { readonly project: ProjectSummary }) {
  const list = useRequest('runs.list', { project: project.id });
  const dataset = useRequest('dataset.summary', { project: project.id });
  const choice = useSelectedRun((state) => state.runs[project.id]);
  const select = useSelectedRun((state) => state.select);
  const go = useSession((state) => state.go);

  const runs = (list.data?.runs ?? []).toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  const run = choice === null ? undefined : (runs.find(({ id }) => id === choice) ?? defaultRun(runs));
  const empty = dataset.data !== undefined && dataset.data.images === 0 && runs.length === 0;

  return (
    <Page>
      <PageHeader
        title="Train"
        description="Fine-tune a Vision Transformer on this project's images, on this machine"
        actions={
          !empty && (
            <Button
              leftSection={<Plus size={14} />}
              variant={run === undefined ? 'default' : 'filled'}
              disabled={run === undefined && list.data !== undefined}
              onClick={() => select(project.id, null)}
            >
              New run
            </Button>
          )
        }
      />
      {list.isError && <ErrorAlert error={list.error} onRetry={() => list.refetch()} />}
      {empty ? (
        <EmptyState
          icon={Images}
          title="No images to train on yet"
          actions={<Button onClick={() => go('data')}>Go to Data</Button>}
        >
          Import images, give them labels and make a split. Then come back to train.
        </EmptyState>
      ) : (
        <div className={classes['columns']}>
          <aside className={classes['list']} aria-label="Runs of this project">
            {list.isPending && <Skeleton h={60} m={8} />}
            {list.data !== undefined && runs.length === 0 && (
              <div className={classes['listHead']} style={{ color: 'var(--mantine-color-dimmed)', border: 0 }}>
                Runs appear here once you start one.
              </div>
            )}
            <RunList runs={runs} selected={run?.id ?? null} onSelect={(id) => select(project.id, id)} />
          </aside>
          <div className={classes['detail']}>
            {run !== undefined && <RunView key={run.id} project={project} run={run} />}
            {run === undefined && list.data !== undefined && (
              <NewRunForm project={project} onStarted={(id) => select(project.id, id)} />
            )}
          </div>
        </div>
      )}
    </Page>
  );
}
