import type { RunState, RunSummary } from '#shared/models/run';
import { useRunProgress } from '../state/activity';
import classes from './run-state-badge.module.css';
import { shownRunState } from './shown-run-state';

const labels: Record<RunState, string> = {
  queued: 'Queued',
  running: 'Running',
  paused: 'Paused',
  finished: 'Finished',
  stopped: 'Stopped',
  interrupted: 'Interrupted',
  failed: 'Failed',
};

/** A run's state as a badge. */
export function RunStateBadge({ run }: { readonly run: Pick<RunSummary, 'id' | 'state'> }) {
  const state = shownRunState(run.state, useRunProgress(run.id));
  return (
    <span className={classes['badge']} data-state={state}>
      {labels[state]}
    </span>
  );
}
