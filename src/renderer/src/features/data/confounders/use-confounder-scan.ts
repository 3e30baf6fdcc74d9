import { useRef, useState } from 'react';
import type { Job } from '#shared/models/job';
import { invoke } from '../../../bridge/bridge';
import { jobEnd, useActivity } from '../../../state/activity';
import { refresh, useCommand } from '../../../state/requests';

/** The scan of a project that is under way, whoever started it, and ways to start and end one. */
export function useConfounderScan(project: string) {
  const job = useActivity(({ jobs }): Job | undefined =>
    Object.values(jobs).find((one) => one.kind === 'confounders' && one.project === project && one.state === 'running'),
  );
  const cancel = useCommand('jobs.cancel');
  const [error, setError] = useState<unknown>(null);
  const isStarting = useRef(false);
  const start = async () => {
    if (isStarting.current) return;
    isStarting.current = true;
    setError(null);
    try {
      await jobEnd((await invoke('confounders.start', { project })).job);
      refresh('confounders.get');
    } catch (failure) {
      setError(failure);
    } finally {
      isStarting.current = false;
    }
  };
  return {
    job: job ?? null,
    error,
    start: () => void start(),
    cancel: () => {
      if (job !== undefined) cancel.mutate({ job: job.id });
    },
  };
}
