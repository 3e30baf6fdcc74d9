import type { RunState } from '#shared/models/run';
import classes from './run-state-badge.module.css';

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
export function RunStateBadge({ state }: { readonly state: RunState }) {
  return (
    <span className={classes['badge']} data-state={state}>
      {labels[state]}
    </span>
  );
}
