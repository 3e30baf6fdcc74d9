import type { Job } from '#shared/ipc/contract';
import { jobProgressText, jobTexts } from '#shared/text/job-text';
import { ProgressCard } from './progress-card';

export interface JobCardProps {
  /** Null or undefined before main has announced it. */
  readonly job: Job | null | undefined;
  /** In place of the job's own. */
  readonly title: string;
  readonly onCancel?: (() => void) | undefined;
  readonly cancelLabel?: string | undefined;
}

/** How far a job is, and a way to end it. */
export function JobCard({ job, ...card }: JobCardProps) {
  const progress = job?.progress ?? { kind: 'starting' };
  const counted = progress.kind === 'working' ? progress : { done: 0, total: null };
  return (
    <ProgressCard
      {...card}
      {...counted}
      phase={jobProgressText(progress)}
      waits={progress.kind === 'waiting'}
      unit={job == null ? undefined : jobTexts[job.name].unit}
    />
  );
}
