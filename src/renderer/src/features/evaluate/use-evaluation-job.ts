import { useState } from 'react';
import { create } from 'zustand';
import type { Job } from '#shared/models/job';
import { invoke } from '../../bridge/bridge';
import { jobEnd, useJob } from '../../state/activity';
import { refresh, useCommand } from '../../state/requests';

interface Target {
  readonly project: string;
  readonly run: string;
  readonly split: 'validation' | 'test';
}

interface EvaluationJobs {
  /** Running job by target, kept while other screens are looked at. */
  readonly running: Readonly<Record<string, string | undefined>>;
}

const useEvaluationJobs = create<EvaluationJobs>(() => ({ running: {} }));

const setRunning = (key: string, job: string | undefined) =>
  useEvaluationJobs.setState(({ running }) => ({ running: { ...running, [key]: job } }));

const waiting = (id: string): Job => ({
  id,
  kind: 'evaluate',
  project: null,
  state: 'running',
  phase: 'Starting',
  done: 0,
  total: null,
  rate: null,
  etaSeconds: null,
  error: null,
});

/** Starts an evaluation and follows it to its end, also when the screen was left meanwhile. */
export function useEvaluationJob(target: Target) {
  const key = `${target.project} ${target.run} ${target.split}`;
  const id = useEvaluationJobs((state) => state.running[key]) ?? null;
  const told = useJob(id);
  const cancel = useCommand('jobs.cancel');
  const [error, setError] = useState<unknown>(null);

  const start = async (by: string | null) => {
    setError(null);
    try {
      const { job } = await invoke('evaluations.start', { ...target, by });
      setRunning(key, job);
      await jobEnd(job);
      refresh('evaluations.get', 'evaluations.cases', 'evaluations.openings');
    } catch (failure) {
      setError(failure);
    } finally {
      setRunning(key, undefined);
    }
  };

  return {
    job: id === null ? null : (told ?? waiting(id)),
    error,
    /** `by`: who opens the test set. */
    start: (by: string | null) => void start(by),
    cancel: () => {
      if (id !== null) cancel.mutate({ job: id });
    },
    clearError: () => setError(null),
  };
}
