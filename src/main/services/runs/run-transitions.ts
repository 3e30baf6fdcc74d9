import type { RunState, RunSummary } from '#shared/models/run';

/**
 * What a run can become. It is made `queued`; all else goes through `withChanges`, the one place where a run changes
 * its state. Any state can become `failed`: what became of a run is not known where its record cannot be kept.
 */
export const transitions: Readonly<Record<RunState, readonly RunState[]>> = {
  // Its turn came, or it was taken out of the queue; its process may die with it.
  queued: ['running', 'paused', 'stopped', 'interrupted', 'failed'],
  // `paused` also while the engine holds it, because a disk is full or away.
  running: ['paused', 'stopped', 'finished', 'interrupted', 'failed'],
  // `running` where the engine goes on, `queued` where it begins again from its checkpoint.
  paused: ['running', 'queued', 'stopped', 'interrupted', 'failed'],
  stopped: ['queued', 'failed'],
  interrupted: ['queued', 'failed'],
  failed: ['queued'],
  finished: ['failed'],
};

/** A summary with changes. Throws an `Error`, which is a bug of ours, where its state cannot become the new one. */
export function withChanges(summary: RunSummary, changes: Partial<RunSummary>): RunSummary {
  const { state = summary.state } = changes;
  if (state !== summary.state && !transitions[summary.state].includes(state)) {
    throw new Error(`a run cannot go from ${summary.state} to ${state}`);
  }
  return { ...summary, ...changes };
}
