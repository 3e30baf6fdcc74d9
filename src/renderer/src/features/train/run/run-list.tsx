import { ActionIcon, Button, Checkbox, Group, Progress, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { ArrowDown, ArrowUp, ArrowUpToLine, Columns2, FlaskConical, Play, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Experiment } from '#shared/models/experiment';
import { type RunSummary, wasSuspended } from '#shared/models/run';
import { formatQuantity } from '#shared/text/number';
import { formatAgo } from '#shared/text/time';
import { queuePlaces } from '#shared/training/queue';
import { EditControls } from '../../../components/read-only';
import { percentDone } from '../../../components/run-percent';
import { bestText } from '../../../components/run-picker';
import { RunStateBadge } from '../../../components/run-state-badge';
import { useRunProgress } from '../../../state/activity';
import { useCommand } from '../../../state/requests';
import { presetTitle } from '../parts/presets';
import { useTrainView } from '../parts/train-view';
import classes from '../parts/view.module.css';

export interface RunListProps {
  readonly project: string;
  /** Newest first. */
  readonly runs: readonly RunSummary[];
  readonly experiments: readonly Experiment[];
  readonly selected: { readonly run: string | null; readonly experiment: string | null };
  readonly onSelectRun: (run: string) => void;
  readonly onSelectExperiment: (experiment: string) => void;
  readonly onCompare: (runs: readonly string[]) => void;
}

/** The queue in its order, then experiments and runs, newest first. */
export function RunList(props: RunListProps) {
  const { project, runs, experiments, selected, onSelectRun, onSelectExperiment } = props;
  const picked = useTrainView((state) => state.picked[project]) ?? null;
  const pick = useTrainView((state) => state.pick);
  const places = queuePlaces(runs);
  const queue = runs
    .filter(({ state }) => state === 'running' || state === 'queued')
    .sort((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0));
  const known = new Set(experiments.map(({ id }) => id));
  const others = [
    ...experiments.map((experiment) => ({ at: experiment.createdAt, experiment, run: null })),
    ...runs
      .filter((run) => !queue.includes(run) && !known.has(run.experiment?.experiment ?? ''))
      .map((run) => ({ at: run.createdAt, experiment: null, run })),
  ].sort((a, b) => b.at.localeCompare(a.at));

  if (picked !== null) {
    return (
      <>
        <PickHeader {...props} picked={picked} />
        <ul className={classes['items']} aria-label="Runs to compare">
          {runs.map((run) => (
            <li key={run.id} className={classes['pick']}>
              <Checkbox
                label={run.name}
                description={[run.backbone, bestText(run).replace(/ at epoch.*/, '') || run.state].join(' · ')}
                checked={picked.includes(run.id)}
                onChange={(event) =>
                  pick(
                    project,
                    event.currentTarget.checked ? [...picked, run.id] : picked.filter((id) => id !== run.id),
                  )
                }
              />
            </li>
          ))}
        </ul>
      </>
    );
  }
  return (
    <>
      <ListHeader project={project} runs={runs} />
      <div className={classes['items']}>
        {queue.length > 0 && (
          <>
            <Text className={classes['listTitle']} component="h2">
              Queue
            </Text>
            <ol className={classes['group']} aria-label="Queue">
              {queue.map((run) => (
                <li key={run.id} className={classes['queued']}>
                  <RunItem run={run} selected={run.id === selected.run} onSelect={() => onSelectRun(run.id)}>
                    {places.has(run.id) && `Place ${places.get(run.id)}`}
                  </RunItem>
                  {places.has(run.id) && (
                    <QueueActions project={project} run={run} last={places.size} places={places} />
                  )}
                </li>
              ))}
            </ol>
            {others.length > 0 && (
              <Text className={classes['listTitle']} component="h2">
                Earlier
              </Text>
            )}
          </>
        )}
        <ul className={classes['group']} aria-label="Runs">
          {others.map(({ run, experiment }) => (
            <li key={run?.id ?? experiment?.id}>
              {run !== null && (
                <RunItem run={run} selected={run.id === selected.run} onSelect={() => onSelectRun(run.id)} />
              )}
              {experiment !== null && (
                <ExperimentItem
                  experiment={experiment}
                  runs={runs.filter((one) => one.experiment?.experiment === experiment.id)}
                  selected={experiment.id === selected.experiment}
                  onSelect={() => onSelectExperiment(experiment.id)}
                />
              )}
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}

/** Actions for the whole list, if any apply. */
function ListHeader({ project, runs }: { readonly project: string; readonly runs: readonly RunSummary[] }) {
  const pick = useTrainView((state) => state.pick);
  const resumeAll = useCommand('runs.resumeAll');
  const left = runs.filter((run) => run.resumable && wasSuspended(run)).length;
  if (left < 2 && runs.length < 2) return null;
  return (
    <Group className={classes['listHead']} gap={6} justify="space-between">
      {runs.length > 1 && (
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<Columns2 size={13} />}
          onClick={() => pick(project, [])}
        >
          Compare
        </Button>
      )}
      {left > 1 && (
        <EditControls>
          <Tooltip label="Requeue paused and interrupted runs in their original order">
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<Play size={13} />}
              loading={resumeAll.isPending}
              onClick={() => resumeAll.mutate({ project })}
            >
              Resume all {left}
            </Button>
          </Tooltip>
        </EditControls>
      )}
    </Group>
  );
}

function PickHeader({ project, picked, onCompare }: RunListProps & { readonly picked: readonly string[] }) {
  const pick = useTrainView((state) => state.pick);
  return (
    <div className={classes['listHead']}>
      <Text size="xs" c="dimmed" mb={6}>
        Select two or more runs to compare.
      </Text>
      <Group gap={6}>
        <Button
          size="compact-xs"
          disabled={picked.length < 2}
          onClick={() => {
            pick(project, null);
            onCompare(picked);
          }}
        >
          {picked.length < 2 ? 'Compare' : `Compare ${picked.length} runs`}
        </Button>
        <Button size="compact-xs" variant="default" onClick={() => pick(project, null)}>
          Cancel
        </Button>
      </Group>
    </div>
  );
}

interface RunItemProps {
  readonly run: RunSummary;
  readonly selected: boolean;
  readonly onSelect: () => void;
  /** Replaces the text about the run's best result. */
  readonly children?: ReactNode;
}

function RunItem({ run, selected, onSelect, children }: RunItemProps) {
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

interface QueueActionsProps {
  readonly project: string;
  readonly run: RunSummary;
  readonly places: ReadonlyMap<string, number>;
  readonly last: number;
}

/** Moves a queued run within the queue, or out of it. */
function QueueActions({ project, run, places, last }: QueueActionsProps) {
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

const kindNames = { sweep: 'Sweep', folds: 'Cross-validation', leak: 'Comparison' } as const;

interface ExperimentItemProps {
  readonly experiment: Experiment;
  readonly runs: readonly RunSummary[];
  readonly selected: boolean;
  readonly onSelect: () => void;
}

function ExperimentItem({ experiment, runs, selected, onSelect }: ExperimentItemProps) {
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
