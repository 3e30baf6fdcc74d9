import { useRef, useState } from 'react';
import { invoke } from '../../bridge/bridge';
import { jobEnd, useActivity } from '../../state/activity';
import { refresh, useCommand } from '../../state/requests';
import { type EvaluationTarget, underWay } from './evaluation-under-way';

/** The evaluation of a part that is under way, whoever started it, and a way to start one. */
export function useEvaluationJob(target: EvaluationTarget) {
  const job = useActivity(({ jobs }) => underWay(Object.values(jobs), target));
  const cancel = useCommand('jobs.cancel');
  const [starting, setStarting] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const isStarting = useRef(false);

  const start = async (by: string | null) => {
    if (isStarting.current) return;
    isStarting.current = true;
    setError(null);
    setStarting(true);
    try {
      const { job: id } = await invoke('evaluations.start', { ...target, by });
      await jobEnd(id);
      refresh('evaluations.get', 'evaluations.cases', 'evaluations.openings');
    } catch (failure) {
      setError(failure);
    } finally {
      isStarting.current = false;
      setStarting(false);
    }
  };

  return {
    job,
    busy: starting || job !== null,
    error,
    /** `by`: who opens the test set. */
    start: (by: string | null) => void start(by),
    cancel: () => {
      if (job !== null) cancel.mutate({ job: job.id });
    },
    clearError: () => setError(null),
  };
}
