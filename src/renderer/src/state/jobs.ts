import { useRef, useState } from 'react';
import {
  isJob,
  type Job,
  type JobName,
  type JobOf,
  type JobResult,
  type RequestInput,
  type RequestName,
} from '#shared/ipc/contract';
import { FoveaError } from '#shared/ipc/errors';
import type { JobSubject } from '#shared/models/job';
import { invoke } from '../bridge/bridge';
import { recordJob, useActivity } from './activity';
import { showError } from './toasts';

export interface StartedJob<K extends JobName> {
  readonly id: string;
  /** Null if the job was cancelled without a result. Rejects with the job's error. */
  readonly result: Promise<JobResult<K> | null>;
}

/** Starts a job, which continues even if nobody awaits its result. */
export async function startJob<K extends JobName>(name: K, input: RequestInput<K>): Promise<StartedJob<K>> {
  const { job: id } = (await invoke(name as RequestName, input as never)) as { readonly job: string };
  const result = jobEnd(id).then(async ({ state, error }) => {
    if (state === 'failed') {
      throw error === null ? new FoveaError('job_failed', 'The job failed.') : FoveaError.from(error);
    }
    try {
      // Main has validated it against the schema of this name.
      return (await invoke('jobs.result', { job: id })) as JobResult<K>;
    } catch (failure) {
      if (state === 'cancelled') return null;
      throw failure;
    }
  });
  result.catch(() => {});
  return { id, result };
}

export const cancelJob = (id: string): void => void invoke('jobs.cancel', { job: id }).catch(showError);

/**
 * Resolves when a job has ended. Also queries main once, because a quick job can end before its first event arrives.
 */
function jobEnd(id: string): Promise<Job> {
  return new Promise((resolve, reject) => {
    const resolveIfEnded = (job: Job | undefined): boolean => {
      if (job === undefined || job.state === 'running') return false;
      resolve(job);
      return true;
    };
    if (resolveIfEnded(useActivity.getState().jobs[id])) return;
    const end = useActivity.subscribe((state) => {
      if (resolveIfEnded(state.jobs[id])) end();
    });
    invoke('jobs.list', {}).then(({ jobs }) => {
      const job = jobs.find((candidate) => candidate.id === id);
      if (job !== undefined && job.state !== 'running') recordJob(job);
    }, reject);
  });
}

/** The running job of this name about a subject, regardless of who started it. */
export function runningJob<K extends JobName>(
  jobs: readonly Job[],
  name: K,
  about: Partial<JobSubject>,
): JobOf<K> | null {
  const isAboutSubject = ({ subject }: Job) =>
    (about.project === undefined || subject.project === about.project) &&
    (about.run === undefined || subject.run === about.run) &&
    (about.split === undefined || subject.split === about.split);
  return (
    jobs.find((job): job is Job & JobOf<K> => job.state === 'running' && isJob(job, name) && isAboutSubject(job)) ??
    null
  );
}

export interface JobState<K extends JobName> {
  /** The running job, regardless of who started it; null before main has announced it. */
  readonly job: JobOf<K> | null;
  /** True from the start to the end, including the time before main announces the job. */
  readonly running: boolean;
  /** Result of the last job started here. */
  readonly result: JobResult<K> | null;
  /** Error of the last job started here. */
  readonly error: unknown;
  /**
   * Resolves to the result, or null if the job was cancelled, has failed (see `error`), or `input` resolved to null.
   */
  start(
    input: RequestInput<K> | (() => Promise<RequestInput<K> | null>),
    onStarted?: (id: string) => void,
  ): Promise<JobResult<K> | null>;
  cancel(): void;
  clearError(): void;
}

/** Lets a screen follow, start and cancel a job about a subject. */
export function useJob<K extends JobName>(name: K, about: Partial<JobSubject> = {}): JobState<K> {
  const job = useActivity(({ jobs }) => runningJob(Object.values(jobs), name, about));
  const [starting, setStarting] = useState(false);
  // A second click may come before the next render.
  const isStarting = useRef(false);
  const [result, setResult] = useState<JobResult<K> | null>(null);
  const [error, setError] = useState<unknown>(null);
  return {
    job,
    running: starting || job !== null,
    result,
    error,
    start: async (inputOrFactory, onStarted) => {
      if (isStarting.current || job !== null) return null;
      isStarting.current = true;
      setError(null);
      setStarting(true);
      try {
        const input = typeof inputOrFactory === 'function' ? await inputOrFactory() : inputOrFactory;
        if (input === null) return null;
        setResult(null);
        const started = await startJob(name, input);
        onStarted?.(started.id);
        const value = await started.result;
        setResult(value);
        return value;
      } catch (failure) {
        setError(failure);
        return null;
      } finally {
        isStarting.current = false;
        setStarting(false);
      }
    },
    cancel: () => {
      if (job !== null) cancelJob(job.id);
    },
    clearError: () => setError(null),
  };
}
