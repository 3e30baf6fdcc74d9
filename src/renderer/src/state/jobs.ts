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
import { noteJob, useActivity } from './activity';
import { showError } from './toasts';

export interface StartedJob<K extends JobName> {
  readonly id: string;
  /** Null where it was cancelled and gave nothing back. Rejects with the error of the job. */
  readonly result: Promise<JobResult<K> | null>;
}

/** Starts a job; it goes on whether its result is waited for or not. */
export async function startJob<K extends JobName>(name: K, input: RequestInput<K>): Promise<StartedJob<K>> {
  const { job: id } = (await invoke(name as RequestName, input as never)) as { readonly job: string };
  const result = jobEnd(id).then(async ({ state, error }) => {
    if (state === 'failed') {
      throw error === null ? new FoveaError('job_failed', 'The job failed.') : FoveaError.from(error);
    }
    try {
      // Checked in main against the entry of this name.
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

/** Resolves when a job has ended. Asks main once too, because a quick job can end before its first event is heard. */
function jobEnd(id: string): Promise<Job> {
  return new Promise((resolve, reject) => {
    const settle = (job: Job | undefined): boolean => {
      if (job === undefined || job.state === 'running') return false;
      resolve(job);
      return true;
    };
    if (settle(useActivity.getState().jobs[id])) return;
    const end = useActivity.subscribe((state) => {
      if (settle(state.jobs[id])) end();
    });
    invoke('jobs.list', {}).then(({ jobs }) => {
      const job = jobs.find((candidate) => candidate.id === id);
      if (job !== undefined && job.state !== 'running') noteJob(job);
    }, reject);
  });
}

/** The running job of a name about this subject, whoever started it. */
export function runningJob<K extends JobName>(
  jobs: readonly Job[],
  name: K,
  about: Partial<JobSubject>,
): JobOf<K> | null {
  const isAbout = ({ subject }: Job) =>
    (about.project === undefined || subject.project === about.project) &&
    (about.run === undefined || subject.run === about.run) &&
    (about.split === undefined || subject.split === about.split);
  return jobs.find((job): job is Job & JobOf<K> => job.state === 'running' && isJob(job, name) && isAbout(job)) ?? null;
}

export interface JobState<K extends JobName> {
  /** The one that is running, whoever started it; null before main has announced it. */
  readonly job: JobOf<K> | null;
  /** From the start to the end. */
  readonly running: boolean;
  /** Of the last one that was started here. */
  readonly result: JobResult<K> | null;
  /** Of the last one that was started here. */
  readonly error: unknown;
  /** Answers with the result, or null: it was cancelled, has failed (`error`), or `input` gave nothing to start with. */
  start(
    input: RequestInput<K> | (() => Promise<RequestInput<K> | null>),
    onStarted?: (id: string) => void,
  ): Promise<JobResult<K> | null>;
  cancel(): void;
  clearError(): void;
}

/** Long work of one kind about one subject, as a screen shows it: the running job, and a way to start and end one. */
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
    start: async (given, onStarted) => {
      if (isStarting.current || job !== null) return null;
      isStarting.current = true;
      setError(null);
      setStarting(true);
      try {
        const input = typeof given === 'function' ? await given() : given;
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
