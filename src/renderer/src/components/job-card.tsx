import type { Job } from '#shared/ipc/contract';
import { jobProgressText, jobTexts } from '#shared/text/job-text';
import { ProgressCard } from './progress-card';

export interface JobCardProps {
  /** Null or undefined before main has announced it. */
  readonly job: Job | null | undefined;
  /** Replaces the job's own title. */
  readonly title: string;
  readonly onCancel?: (() => void) | undefined;
  readonly cancelLabel?: string | undefined;
}

/** A job's progress, with a button to cancel it. */
export function JobCard({ job, ...card }: JobCardProps) {
  const progress = job?.progress ?? { kind: 'starting' };
  const counted = progress.kind === 'working' ? progress : { done: 0, total: null };
  return (
    <ProgressCard
      {...card}
      {...counted}
      phase={jobProgressText(progress)}
      queued={progress.kind === 'waiting'}
      unit={job == null ? undefined : jobTexts[job.name].unit}
    />
  );
}
