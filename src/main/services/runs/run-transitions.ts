import type { RunState, RunSummary } from '#shared/models/run';

/**
 * The transitions between states of a run. A run is created `queued`, and changes its state only in `withChanges`. Any
 * state can become `failed`, because the outcome is unknown if the run's record cannot be kept.
 */
export const transitions: Readonly<Record<RunState, readonly RunState[]>> = {
  // It starts or leaves the queue, or its process dies.
  queued: ['running', 'paused', 'stopped', 'interrupted', 'failed'],
  // `paused` also while the engine stalls it because a disk is full or disconnected.
  running: ['paused', 'stopped', 'finished', 'interrupted', 'failed'],
  // `running` if a stalled run continues, `queued` if it is resumed from its checkpoint.
  paused: ['running', 'queued', 'stopped', 'interrupted', 'failed'],
  stopped: ['queued', 'failed'],
  interrupted: ['queued', 'failed'],
  failed: ['queued'],
  finished: ['failed'],
};

/** Applies changes to a summary. Throws an `Error`, which is a bug, if the transition is not allowed. */
export function withChanges(summary: RunSummary, changes: Partial<RunSummary>): RunSummary {
  const { state = summary.state } = changes;
  if (state !== summary.state && !transitions[summary.state].includes(state)) {
    throw new Error(`a run cannot go from ${summary.state} to ${state}`);
  }
  return { ...summary, ...changes };
}
