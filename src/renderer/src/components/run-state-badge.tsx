import { Badge } from '@mantine/core';
import type { RunState } from '#shared/models/run';

const looks: Record<RunState, { readonly label: string; readonly color: string }> = {
  queued: { label: 'Queued', color: 'gray' },
  running: { label: 'Running', color: 'accent' },
  paused: { label: 'Paused', color: 'yellow' },
  finished: { label: 'Finished', color: 'green' },
  stopped: { label: 'Stopped', color: 'gray' },
  interrupted: { label: 'Interrupted', color: 'orange' },
  failed: { label: 'Failed', color: 'red' },
};

/** The state of a run in a word. */
export function RunStateBadge({ state }: { readonly state: RunState }) {
  const { label, color } = looks[state];
  return (
    <Badge color={color} style={{ flex: 'none' }}>
      {label}
    </Badge>
  );
}
