import { Button, Skeleton } from '@mantine/core';
import { ScanSearch, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { ProjectSummary } from '#shared/models/project';
import { type Grant, invoke } from '../../bridge/bridge';
import { EmptyState } from '../../components/empty-state';
import { ErrorAlert } from '../../components/error-alert';
import { JobCard } from '../../components/job-card';
import { NextStepButton } from '../../components/next-step';
import { Page, PageHeader } from '../../components/page';
import { RunPicker, useModelRun } from '../../components/run-picker';
import { useJobById } from '../../state/activity';
import { useDestination } from '../../state/destinations';
import { cancelJob, startJob } from '../../state/jobs';
import { showError } from '../../state/toasts';
import { DropZone } from './drop-zone';
import classes from './predict-screen.module.css';
import { usePredictStore } from './predict-store';
import { PredictionList } from './prediction-list';
import { PredictionViewer } from './prediction-viewer';
import { usePredictions } from './use-predictions';

/** Predicts dropped files and shows where the model looked. */
export function PredictScreen({ project }: { readonly project: ProjectSummary }) {
  const { list, runs, run } = useModelRun(project.id);
  const batches = usePredictStore((state) => state.batches[project.id]);
  const { add, clear, select } = usePredictStore.getState();
  const selected = usePredictStore((state) => state.selected);
  const { predictions, runOf, running, error } = usePredictions(batches);
  useDestination({ predict: () => {} });
  const shown =
    predictions.find(({ id }) => id === selected) ?? predictions.find(({ ok }) => ok) ?? predictions[0] ?? null;
  const runName = (id: string) => runs.find((candidate) => candidate.id === id)?.name ?? '';

  const [starting, setStarting] = useState(false);
  const predictFiles = async (grants: readonly Grant[]) => {
    if (run === null) return;
    setStarting(true);
    try {
      const input = { project: project.id, run: run.id, grants: grants.map(({ grant }) => grant), attention: true };
      const { id, result } = await startJob('predictions.predict', input);
      select(null);
      add(project.id, { job: id, run: run.id });
      result.catch(showError);
    } catch (error) {
      showError(error);
    } finally {
      setStarting(false);
    }
  };
  const clearAll = () => {
    for (const { job } of batches ?? []) invoke('predictions.clear', { job }).catch(showError);
    clear(project.id);
  };

  const hasBatches = (batches ?? []).length > 0;
  return (
    <Page>
      <PageHeader
        title="Predict"
        description="Predictions and attention maps for new images"
        actions={
          run !== null && (
            <>
              {hasBatches && (
                <Button
                  variant="default"
                  leftSection={<Trash2 size={14} />}
                  disabled={running.length > 0}
                  onClick={clearAll}
                >
                  Clear
                </Button>
              )}
              <RunPicker project={project.id} runs={runs} run={run} />
            </>
          )
        }
      />
      {list.isError && <ErrorAlert error={list.error} onRetry={() => list.refetch()} />}
      {list.isPending && <Skeleton h={200} m="md" />}
      {list.data !== undefined && run === null && (
        <EmptyState icon={ScanSearch} title="No trained model yet" actions={<NextStepButton project={project.id} />}>
          Train a run for at least one epoch, then drop images here to classify them.
        </EmptyState>
      )}
      {run !== null && !hasBatches && (
        <div className={classes['fill']}>
          <DropZone large disabled={starting || project.readOnly} onGrants={(grants) => void predictFiles(grants)} />
        </div>
      )}
      {run !== null && hasBatches && (
        <div className={classes['columns']}>
          <div className={classes['left']}>
            <DropZone
              large={false}
              disabled={starting || project.readOnly}
              onGrants={(grants) => void predictFiles(grants)}
            />
            {running.map(({ job, run: batchRun }) => (
              <BatchProgress key={job} job={job} runName={runName(batchRun)} />
            ))}
            {error !== null && <ErrorAlert error={error} />}
            <PredictionList
              predictions={predictions}
              selected={shown?.id ?? null}
              onSelect={select}
              waiting={running.length > 0}
            />
          </div>
          <div className={classes['right']}>
            {shown !== null && (
              <PredictionViewer
                key={shown.id}
                prediction={shown}
                model={runName(runOf.get(shown.id) ?? '')}
                signOff={runs.find(({ id }) => id === runOf.get(shown.id))?.signOff ?? null}
              />
            )}
          </div>
        </div>
      )}
    </Page>
  );
}

function BatchProgress({ job: id, runName }: { readonly job: string; readonly runName: string }) {
  const title = runName === '' ? 'Predicting' : `Predicting with ${runName}`;
  return <JobCard job={useJobById(id)} title={title} onCancel={() => cancelJob(id)} />;
}
