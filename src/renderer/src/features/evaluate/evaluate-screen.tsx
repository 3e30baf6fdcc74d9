import { Button, Group, SegmentedControl, Skeleton } from '@mantine/core';
import { FileText, Lock, Play, RotateCw, TrendingUp } from 'lucide-react';
import { useState } from 'react';
import type { ProjectSummary } from '#shared/models/project';
import type { RunSummary } from '#shared/models/run';
import { DataVersion } from '../../components/data-version';
import { EmptyState } from '../../components/empty-state';
import { ErrorAlert } from '../../components/error-alert';
import { JobCard } from '../../components/job-card';
import { NextStepButton } from '../../components/next-step';
import { Page, PageHeader } from '../../components/page';
import { EditControls } from '../../components/read-only';
import { RunPicker, useModelRun } from '../../components/run-picker';
import { useDestination } from '../../state/destinations';
import { useJob } from '../../state/jobs';
import { useRequest } from '../../state/requests';
import classes from './evaluate-screen.module.css';
import { EvaluationView, TrainingHistory } from './evaluation-view';
import { FoldsEvaluation } from './folds-evaluation';
import { OpenTestDialog } from './open-test-dialog';
import { ReportDialog } from './report-dialog';
import { TestOpenings } from './test-openings';
import { useReport } from './use-report';

export type EvaluatedSplit = 'validation' | 'test';

/** Views of a run's results: a split, or all folds of its cross-validation. */
const views = { validation: 'Validation', test: 'Test', folds: 'All folds' } as const;
type View = keyof typeof views;

/** A model's performance on the validation images or the test set, with intervals and the images behind the numbers. */
export function EvaluateScreen({ project }: { readonly project: ProjectSummary }) {
  const { list, runs, run } = useModelRun(project.id);
  const [chosen, setChosen] = useState<View>('validation');
  useDestination({ evaluate: () => {}, 'test-set': () => setChosen('test') });
  const membership = run?.experiment ?? null;
  const experiment = membership?.kind === 'folds' ? membership.experiment : null;
  // The model of a fold has no test images: its test split is closed.
  const available: readonly View[] = experiment === null ? ['validation', 'test'] : ['folds', 'validation'];
  const view = available.includes(chosen) ? chosen : (available[0] ?? 'validation');

  return (
    <Page>
      <PageHeader
        title="Evaluate"
        description="Model performance and errors"
        actions={
          run !== null && (
            <>
              <RunPicker project={project.id} runs={runs} run={run} />
              <SegmentedControl
                aria-label="Images to evaluate on"
                value={view}
                onChange={setChosen}
                data={available.map((value) => ({ value, label: views[value] }))}
              />
            </>
          )
        }
      />
      {list.isError && <ErrorAlert error={list.error} onRetry={() => list.refetch()} />}
      {list.isPending && <Skeleton h={200} m="md" />}
      {list.data !== undefined && run === null && (
        <EmptyState
          icon={TrendingUp}
          title="No model to evaluate yet"
          actions={<NextStepButton project={project.id} />}
        >
          Train a run for at least one epoch to evaluate its best model here.
        </EmptyState>
      )}
      {run !== null && view === 'folds' && experiment !== null && (
        <FoldsEvaluation key={experiment} project={project} experiment={experiment} />
      )}
      {run !== null && view !== 'folds' && (
        <RunEvaluation key={`${run.id} ${view}`} project={project} run={run} split={view} />
      )}
    </Page>
  );
}

interface RunEvaluationProps {
  readonly project: ProjectSummary;
  readonly run: RunSummary;
  readonly split: EvaluatedSplit;
}

function RunEvaluation({ project, run, split }: RunEvaluationProps) {
  const target = { project: project.id, run: run.id, split };
  const evaluation = useRequest('evaluations.get', target);
  const work = useJob('evaluations.evaluate', target);
  const evaluate = (by: string | null) => void work.start({ ...target, by });
  const report = useReport(target);
  const [confirming, setConfirming] = useState(false);

  const start = () => {
    if (split === 'test') setConfirming(true);
    else evaluate(null);
  };
  const label = split === 'test' ? 'Evaluate on the test set' : 'Evaluate on validation';
  const { running: busy } = work;

  return (
    <div className={classes['scroll']}>
      <div className={classes['content']}>
        {busy && (
          <JobCard
            job={work.job}
            title={split === 'test' ? 'Evaluating on the test set' : 'Evaluating on validation'}
            onCancel={work.job === null ? undefined : work.cancel}
          />
        )}
        {work.error !== null && <ErrorAlert error={work.error} onRetry={start} onClose={work.clearError} />}
        {evaluation.isPending && <Skeleton h={220} />}
        {evaluation.isError && <ErrorAlert error={evaluation.error} onRetry={() => evaluation.refetch()} />}
        {evaluation.data === null && !busy && (
          <EmptyState
            icon={split === 'test' ? Lock : TrendingUp}
            title={split === 'test' ? 'The test set is closed' : 'Not evaluated on validation yet'}
            actions={
              <EditControls>
                <Button leftSection={<Play size={14} />} onClick={start}>
                  {label}
                </Button>
              </EditControls>
            }
          >
            {split === 'test'
              ? 'This model has not been tested yet. Opening the test set is recorded: do it once, after choosing the final model.'
              : 'Evaluates the best model on all validation images, with a 95 % interval for every metric.'}
          </EmptyState>
        )}
        {evaluation.data !== null && evaluation.data !== undefined && (
          <>
            <DataVersion project={project.id} run={run.id} />
            <EvaluationView
              project={project}
              title={split === 'test' ? 'Test set' : 'Validation images'}
              name={`${run.name} ${split}`}
              results={evaluation.data}
              source={{ kind: 'run', run: run.id, split }}
              actions={
                <Group gap={6} wrap="nowrap">
                  <EditControls>
                    <Button variant="default" leftSection={<RotateCw size={13} />} disabled={busy} onClick={start}>
                      Evaluate again
                    </Button>
                  </EditControls>
                  <Button variant="default" leftSection={<FileText size={14} />} onClick={report.open}>
                    Report
                  </Button>
                </Group>
              }
            >
              <TrainingHistory project={project.id} run={run} />
            </EvaluationView>
            <ReportDialog report={report} run={run} split={split} />
          </>
        )}
        {split === 'test' && (
          <>
            <TestOpenings project={project.id} run={run.id} />
            <OpenTestDialog
              opened={confirming}
              onClose={() => setConfirming(false)}
              project={project.id}
              run={run.id}
              onOpen={evaluate}
            />
          </>
        )}
      </div>
    </div>
  );
}
