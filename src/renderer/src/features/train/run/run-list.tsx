import { Button, Checkbox, Group, Text, Tooltip } from '@mantine/core';
import { Columns2, Play } from 'lucide-react';
import type { Experiment } from '#shared/models/experiment';
import { type RunSummary, wasSuspended } from '#shared/models/run';
import { queuePlaces } from '#shared/training/queue';
import { EditControls } from '../../../components/read-only';
import { bestText } from '../../../components/run-picker';
import { useCommand } from '../../../state/requests';
import { useTrainView } from '../parts/train-view';
import classes from '../parts/view.module.css';
import { QueueActions } from './queue-actions';
import { ExperimentItem, RunItem } from './run-list-items';

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
