import type { Job } from '#shared/models/job';

/** What is evaluated: a part of a run's images. */
export interface EvaluationTarget {
  readonly project: string;
  readonly run: string;
  readonly split: 'validation' | 'test';
}

/** The job that evaluates it now, whoever started that; null where none does. */
export const underWay = (jobs: readonly Job[], { project, run, split }: EvaluationTarget): Job | null =>
  jobs.find(
    (job) =>
      job.state === 'running' && job.project === project && job.evaluates?.run === run && job.evaluates.split === split,
  ) ?? null;
