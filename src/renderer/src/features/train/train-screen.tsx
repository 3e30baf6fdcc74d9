import { Button, Skeleton } from '@mantine/core';
import { Images, Plus } from 'lucide-react';
import type { ProjectSummary } from '#shared/models/project';
import type { RunSummary } from '#shared/models/run';
import { queuePlaces } from '#shared/training/queue';
import { EmptyState } from '../../components/empty-state';
import { ErrorAlert } from '../../components/error-alert';
import { InvalidFields } from '../../components/invalid-fields';
import { NextStepButton } from '../../components/next-step';
import { Page, PageHeader } from '../../components/page';
import { EditControls } from '../../components/read-only';
import { useDestination } from '../../state/destinations';
import { useRequest } from '../../state/requests';
import { useSelectedRun } from '../../state/selected-run';
import { ComparisonView } from './experiments/comparison-view';
import { ExperimentView } from './experiments/experiment-view';
import { NewExperiment } from './experiments/new-experiment';
import { NewRun } from './form/new-run';
import { useFirstDraft } from './form/use-first-draft';
import { useDrafts } from './parts/draft-store';
import { useTrainView } from './parts/train-view';
import classes from './parts/view.module.css';
import { RunList } from './run/run-list';
import { RunView } from './run/run-view';

/**
 * The run shown before a person has selected one: the running run, else the newest. Undefined shows the form for the
 * first run.
 */
function defaultRun(runs: readonly RunSummary[]): RunSummary | undefined {
  return runs.find(({ state }) => state === 'running' || state === 'paused') ?? runs[0];
}

/** The list of runs, beside the form for a new run, the selected run, an experiment or a comparison. */
export function TrainScreen({ project }: { readonly project: ProjectSummary }) {
  useFirstDraft(project.id);
  const list = useRequest('runs.list', { project: project.id });
  const dataset = useRequest('dataset.summary', { project: project.id });
  const choice = useSelectedRun((state) => state.runs[project.id]);
  const selectRun = useSelectedRun((state) => state.select);
  const experimentList = useRequest('experiments.list', { project: project.id });
  const view = useTrainView((state) => state.views[project.id]) ?? null;
  const show = useTrainView((state) => state.show);
  const select = (id: string | null) => {
    selectRun(project.id, id);
    show(project.id, null);
  };
  const setAdvanced = useDrafts((state) => state.setAdvanced);
  useDestination({
    'new-run': () => {
      setAdvanced(project.id, false);
      select(null);
    },
    run: () => show(project.id, null),
  });

  const runs = (list.data?.runs ?? []).toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  const run = choice === null ? undefined : (runs.find(({ id }) => id === choice) ?? defaultRun(runs));
  const experiments = experimentList.data?.experiments ?? [];
  const experiment = view?.kind === 'experiment' ? view.experiment : null;
  const isForm = view === null && run === undefined;
  const empty = dataset.data !== undefined && dataset.data.images === 0 && runs.length === 0;

  return (
    <InvalidFields>
      <Page>
        <PageHeader
          title="Train"
          description="Fine-tune a Vision Transformer on this project's images"
          actions={
            !empty && (
              <>
                <NewExperiment
                  project={project}
                  onStarted={(id) => show(project.id, { kind: 'experiment', experiment: id })}
                  onChangeSettings={() => {
                    setAdvanced(project.id, true);
                    select(null);
                  }}
                />
                <EditControls>
                  <Button
                    leftSection={<Plus size={14} />}
                    variant={isForm ? 'default' : 'filled'}
                    disabled={isForm}
                    onClick={() => select(null)}
                  >
                    New run
                  </Button>
                </EditControls>
              </>
            )
          }
        />
        {list.isError && <ErrorAlert error={list.error} onRetry={() => list.refetch()} />}
        {empty ? (
          <EmptyState icon={Images} title="No images to train on yet" actions={<NextStepButton project={project.id} />}>
            Add a folder of images; class folders become labels. Then come back to train.
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
              <RunList
                project={project.id}
                runs={runs}
                experiments={experiments}
                selected={{
                  run: view === null ? (run?.id ?? null) : null,
                  experiment: experiment ?? (view === null ? (run?.experiment?.experiment ?? null) : null),
                }}
                onSelectRun={select}
                onSelectExperiment={(id) => show(project.id, { kind: 'experiment', experiment: id })}
                onCompare={(ids) => show(project.id, { kind: 'comparison', runs: ids })}
              />
            </aside>
            <div className={classes['detail']}>
              {view?.kind === 'experiment' && (
                <ExperimentView
                  key={view.experiment}
                  project={project}
                  experiment={view.experiment}
                  onOpenRun={select}
                  onRemoved={() => select(null)}
                />
              )}
              {view?.kind === 'comparison' && (
                <ComparisonView
                  project={project}
                  runs={view.runs}
                  onOpenRun={select}
                  onClose={() => show(project.id, null)}
                />
              )}
              {view === null && run !== undefined && (
                <RunView key={run.id} project={project} run={run} place={queuePlaces(runs).get(run.id) ?? null} />
              )}
              {isForm && list.data !== undefined && <NewRun project={project} onStarted={select} />}
            </div>
          </div>
        )}
      </Page>
    </InvalidFields>
  );
}
