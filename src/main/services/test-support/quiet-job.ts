import type { JobHandle } from '../core/jobs';

/** The handle of work that nobody follows. */
export const quietJob = (): JobHandle => ({
  signal: new AbortController().signal,
  progress: () => {},
  reportQueued: () => {},
});
