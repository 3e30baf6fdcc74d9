import { Group, Progress, Text, UnstyledButton } from '@mantine/core';
import { FlaskConical } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Experiment } from '#shared/models/experiment';
import type { RunSummary } from '#shared/models/run';
import { formatQuantity } from '#shared/text/number';
import { formatAgo } from '#shared/text/time';
import { percentDone } from '../../../components/run-percent';
import { bestText } from '../../../components/run-picker';
import { RunStateBadge } from '../../../components/run-state-badge';
import { useRunProgress } from '../../../state/activity';
import { presetTitle } from '../parts/presets';
import classes from '../parts/view.module.css';

interface RunItemProps {
  readonly run: RunSummary;
  readonly selected: boolean;
  readonly onSelect: () => void;
  /** Replaces the text about the run's best result. */
  readonly children?: ReactNode;
}

/** A run: name, state, progress or best result. */
export function RunItem({ run, selected, onSelect, children }: RunItemProps) {
  const progress = useRunProgress(run.id);
  const active = run.state === 'running' || run.state === 'paused';
  const percent = progress === undefined ? null : percentDone(progress);
  const best = bestText(run);
  return (
    <UnstyledButton className={classes['item']} aria-current={selected} onClick={onSelect}>
      <Group justify="space-between" wrap="nowrap" gap={6}>
        <Text fw={500} truncate>
          {run.name}
        </Text>
        <RunStateBadge run={run} />
      </Group>
      <Text size="xs" c="dimmed" truncate>
        {run.backbone} · {presetTitle(run.preset).toLowerCase()}
      </Text>
      <Text size="xs" c="dimmed" truncate className="tabular">
        {typeof children === 'string'
          ? children
          : `${best === '' ? `${run.epochsDone} of ${run.epochs} epochs` : best.replace(/ at epoch.*/, '')} · ${formatAgo(run.createdAt)}`}
      </Text>
      {run.parent !== null && (
        <Text size="xs" c="dimmed" truncate>
          Continues {run.parent.name}
        </Text>
      )}
      {run.signOff !== null && (
        <Text size="xs" c="var(--fovea-warning-text)">
          Leaking split
        </Text>
      )}
      {active && progress !== undefined && percent !== null && (
        <Progress mt={4} size={3} value={percent} aria-label={`${run.name}: progress`} />
      )}
      {(run.state === 'interrupted' || run.state === 'failed') && run.error !== null && (
        <Text size="xs" c="var(--fovea-warning-text)" lineClamp={2}>
          {run.error.message}
        </Text>
      )}
    </UnstyledButton>
  );
}

const kindNames = { sweep: 'Sweep', folds: 'Cross-validation', leak: 'Comparison' } as const;

interface ExperimentItemProps {
  readonly experiment: Experiment;
  readonly runs: readonly RunSummary[];
  readonly selected: boolean;
  readonly onSelect: () => void;
}

/** An experiment and how many of its runs are finished. */
export function ExperimentItem({ experiment, runs, selected, onSelect }: ExperimentItemProps) {
  const total = experiment.members.length;
  const finished = runs.filter(({ state }) => state === 'finished').length;
  return (
    <UnstyledButton className={classes['item']} aria-current={selected} onClick={onSelect}>
      <Group wrap="nowrap" gap={6}>
        <FlaskConical size={14} aria-hidden style={{ flex: 'none' }} />
        <Text fw={500} truncate>
          {experiment.name}
        </Text>
      </Group>
      <Text size="xs" c="dimmed" truncate>
        {kindNames[experiment.kind]} of {formatQuantity(total, 'run')}
      </Text>
      <Text size="xs" c="dimmed" truncate className="tabular">
        {finished === total ? 'all finished' : `${finished} of ${total} finished`} · {formatAgo(experiment.createdAt)}
      </Text>
      {finished < total && (
        <Progress mt={4} size={3} value={(100 * finished) / total} aria-label={`${experiment.name}: progress`} />
      )}
    </UnstyledButton>
  );
}
