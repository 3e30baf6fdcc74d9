import type { JobHandle } from '../core/jobs';

/** A job handle that ignores progress. */
export const quietJob = (): JobHandle => ({
  signal: new AbortController().signal,
  progress: () => {},
  reportQueued: () => {},
});
