import { useRef, useState } from 'react';
import type { Job } from '#shared/models/job';
import { jobEnd, useJob } from './activity';
import { useCommand } from './requests';

export interface JobResult<T> {
  /** From its start to its end. */
  readonly running: boolean;
  /** As last told. */
  readonly job: Job | undefined;
  readonly result: T | null;
  readonly failure: unknown;
  /** Starts a job and follows it to its result; one that was cancelled has none. `begin` answers null to start nothing. */
  run(begin: () => Promise<{ readonly job: string } | null>, read: (job: string) => Promise<T>): Promise<void>;
  cancel(): void;
  clearFailure(): void;
}

/** A job that belongs to the part of the screen that started it, one at a time. */
export function useJobResult<T>(): JobResult<T> {
  const [id, setId] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [result, setResult] = useState<T | null>(null);
  const job = useJob(id);
  const cancel = useCommand('jobs.cancel');
  const isBegun = useRef(false);
  return {
    running: id !== null,
    job,
    result,
    failure,
    run: async (begin, read) => {
      // A second click may come before the first has an answer.
      if (isBegun.current) return;
      isBegun.current = true;
      setFailure(null);
      try {
        const begun = await begin();
        if (begun === null) return;
        setResult(null);
        setId(begun.job);
        if ((await jobEnd(begun.job)) !== null) setResult(await read(begun.job));
      } catch (error) {
        setResult(null);
        setFailure(error);
      } finally {
        isBegun.current = false;
        setId(null);
      }
    },
    cancel: () => {
      if (id !== null) cancel.mutate({ job: id });
    },
    clearFailure: () => setFailure(null),
  };
}
