import { Button, Skeleton } from '@mantine/core';
import { Layers } from 'lucide-react';
import type { ProjectSummary } from '#shared/models/project';
import { EmptyState } from '../../components/empty-state';
import { ErrorAlert } from '../../components/error-alert';
import { useRequest } from '../../state/requests';
import { useSession } from '../../state/session';
import classes from './evaluate-screen.module.css';
import { EvaluationView } from './evaluation-view';

export interface FoldsEvaluationProps {
  readonly project: ProjectSummary;
  readonly experiment: string;
}

/** A cross-validation as one evaluation: each image is predicted once, by the model that was not trained on it. */
export function FoldsEvaluation({ project, experiment }: FoldsEvaluationProps) {
  const detail = useRequest('experiments.get', { project: project.id, experiment });
  const go = useSession((state) => state.go);
  const pooled = detail.data?.pooled ?? null;
  return (
    <div className={classes['scroll']}>
      <div className={classes['content']}>
        {detail.isPending && <Skeleton h={220} />}
        {detail.isError && <ErrorAlert error={detail.error} onRetry={() => detail.refetch()} />}
        {detail.data !== undefined && pooled === null && (
          <EmptyState
            icon={Layers}
            title="Not all folds are evaluated yet"
            actions={<Button onClick={() => go('train')}>Go to Train</Button>}
          >
            When every fold of {detail.data.experiment.name} has a model, their predictions are combined here into one
            evaluation.
          </EmptyState>
        )}
        {detail.data !== undefined && pooled !== null && (
          <EvaluationView
            project={project}
            title={`Out of fold, ${pooled.folds} models`}
            name={`${detail.data.experiment.name} out of fold`}
            results={pooled}
            source={{ kind: 'folds', experiment }}
            actions={null}
          />
        )}
      </div>
    </div>
  );
}
