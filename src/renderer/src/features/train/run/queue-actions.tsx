import { ActionIcon, Group, Tooltip } from '@mantine/core';
import { ArrowDown, ArrowUp, ArrowUpToLine, X } from 'lucide-react';
import type { RunSummary } from '#shared/models/run';
import { EditControls } from '../../../components/read-only';
import { useCommand } from '../../../state/requests';
import classes from '../parts/view.module.css';

interface QueueActionsProps {
  readonly project: string;
  readonly run: RunSummary;
  readonly places: ReadonlyMap<string, number>;
  readonly last: number;
}

/** Moves a queued run within the queue, or out of it. */
export function QueueActions({ project, run, places, last }: QueueActionsProps) {
  const move = useCommand('runs.move');
  const stop = useCommand('runs.stop');
  const place = places.get(run.id) ?? 1;
  const target = { project, run: run.id };
  const busy = move.isPending || stop.isPending;
  const actions = [
    {
      label: 'Move to the front',
      icon: ArrowUpToLine,
      disabled: place <= 1,
      act: () => move.mutate({ ...target, to: 'front' }),
    },
    { label: 'Move up', icon: ArrowUp, disabled: place <= 1, act: () => move.mutate({ ...target, to: 'up' }) },
    { label: 'Move down', icon: ArrowDown, disabled: place >= last, act: () => move.mutate({ ...target, to: 'down' }) },
    { label: 'Cancel', icon: X, disabled: false, act: () => stop.mutate(target) },
  ] as const;
  return (
    <EditControls>
      <Group gap={2} className={classes['queueActions']}>
        {actions.map(({ label, icon: Icon, disabled, act }) => (
          <Tooltip key={label} label={label}>
            <ActionIcon
              size="sm"
              variant="subtle"
              aria-label={`${label}: ${run.name}`}
              disabled={disabled || busy}
              onClick={act}
            >
              <Icon size={14} />
            </ActionIcon>
          </Tooltip>
        ))}
      </Group>
    </EditControls>
  );
}
