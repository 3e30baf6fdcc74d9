import { create } from 'zustand';
import type { Job } from '#shared/ipc/contract';
import type { RunProgress } from '#shared/models/run';
import { invoke, on, onConnection } from '../bridge/bridge';
import { showError } from './toasts';

interface ActivityState {
  readonly jobs: Readonly<Record<string, Job>>;
  /** By run id. */
  readonly runs: Readonly<Record<string, { readonly project: string; readonly progress: RunProgress }>>;
}

/** Everything that is running or ended while the window was open, as last reported by main. */
export const useActivity = create<ActivityState>(() => ({ jobs: {}, runs: {} }));

export const recordJob = (job: Job) => useActivity.setState((state) => ({ jobs: { ...state.jobs, [job.id]: job } }));
const recordRun = (project: string, progress: RunProgress) =>
  useActivity.setState((state) => ({ runs: { ...state.runs, [progress.run]: { project, progress } } }));

/** Tracks jobs and runs. Call once, at start; returns a function that stops it. */
export function followActivity(): () => void {
  const ends = [
    on('job', recordJob),
    on('run.progress', ({ project, progress }) => recordRun(project, progress)),
    onConnection((state) => {
      if (state === 'open') void refresh();
    }),
  ];
  void refresh();
  return () => {
    for (const end of ends) end();
  };
}

/**
 * Fetches the state that events did not report: work that began before the window opened, or progressed while
 * disconnected.
 */
async function refresh(): Promise<void> {
  try {
    const { jobs } = await invoke('jobs.list', {});
    for (const job of jobs) {
      // Events received meanwhile are newer than the answer, and an ended job never runs again.
      const known = useActivity.getState().jobs[job.id];
      if (known === undefined || (known.state === 'running' && job.state !== 'running')) recordJob(job);
    }
    const { runs } = useActivity.getState();
    for (const project of new Set(Object.values(runs).map((run) => run.project))) await refreshRuns(project);
  } catch (error) {
    showError(error);
  }
}

/**
 * Fetches the progress of a project's active runs and of those last known as active: when the project is opened, and
 * repeatedly while another process trains a run.
 */
export async function refreshRuns(project: string): Promise<void> {
  const { runs } = await invoke('runs.list', { project });
  const isActive = (state: RunProgress['state']) => state === 'running' || state === 'paused' || state === 'queued';
  const known = useActivity.getState().runs;
  const active = runs.filter(({ id, state }) => isActive(state) || isActive(known[id]?.progress.state ?? state));
  for (const run of active) recordRun(project, await invoke('runs.progress', { project, run: run.id }));
}

/** The job with this id, live; undefined until main has announced it. */
export function useJobById(id: string | null): Job | undefined {
  return useActivity((state) => (id === null ? undefined : state.jobs[id]));
}

/** The live progress of a run; undefined until main has reported it. */
export function useRunProgress(run: string | null): RunProgress | undefined {
  return useActivity((state) => (run === null ? undefined : state.runs[run]?.progress));
}
