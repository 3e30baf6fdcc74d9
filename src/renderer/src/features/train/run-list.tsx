import { Group, Progress, Text, UnstyledButton } from '@mantine/core';
import type { RunSummary } from '#shared/models/run';
import { formatAgo } from '../../components/format';
import { bestText } from '../../components/run-picker';
import { RunStateBadge } from '../../components/run-state-badge';
import { useRunProgress } from '../../state/activity';
import { presetTitle } from './presets';
import classes from './train-screen.module.css';

export interface RunListProps {
  readonly runs: readonly RunSummary[];
  readonly selected: string | null;
  readonly onSelect: (run: string) => void;
}

/** The runs of a project, newest first. */
export function RunList({ runs, selected, onSelect }: RunListProps) {
  return (
    <ul className={classes['items']} aria-label="Runs">
      {runs.map((run) => (
        <li key={run.id}>
          <RunItem run={run} selected={run.id === selected} onSelect={() => onSelect(run.id)} />
        </li>
      ))}
    </ul>
  );
}

function RunItem({ run, selected, onSelect }: { run: RunSummary; selected: boolean; onSelect: () => void }) {
  const progress = useRunProgress(run.id);
  const going = run.state === 'running' || run.state === 'paused';
  const best = bestText(run);
  return (
    <UnstyledButton className={classes['item']} aria-current={selected} onClick={onSelect}>
      <Group justify="space-between" wrap="nowrap" gap={6}>
        <Text fw={500} truncate>
          {run.name}
        </Text>
        <RunStateBadge state={run.state} />
      </Group>
      <Text size="xs" c="dimmed" truncate>
        {run.backbone} · {presetTitle(run.preset).toLowerCase()}
      </Text>
      <Text size="xs" c="dimmed" truncate className="tabular">
        {best === '' ? `${run.epochsDone} of ${run.epochs} epochs` : best.replace(/ at epoch.*/, '')} ·{' '}
        {formatAgo(run.createdAt)}
      </Text>
      {going && progress !== undefined && progress.totalSteps > 0 && (
        <Progress
          mt={4}
          size={3}
          value={(progress.step / progress.totalSteps) * 100}
          aria-label={`${run.name}: progress`}
        />
      )}
      {(run.state === 'interrupted' || run.state === 'failed') && run.error !== null && (
        <Text size="xs" c="var(--fovea-warning-text)" lineClamp={2}>
          {run.error.message}
        </Text>
      )}
    </UnstyledButton>
  );
}
