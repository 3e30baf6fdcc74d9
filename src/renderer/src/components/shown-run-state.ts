import type { RunProgress, RunState } from '#shared/models/run';

/** The state to show for a run: one whose training waits for other work of the engine is queued, like its progress. */
export function shownRunState(state: RunState, progress: Pick<RunProgress, 'phase'> | undefined): RunState {
  return state === 'running' && progress?.phase === 'waiting' ? 'queued' : state;
}
