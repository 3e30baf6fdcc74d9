import { Select } from '@mantine/core';
import { metricNames } from '#shared/experiments/metrics';
import type { RunSummary } from '#shared/models/run';
import { formatFixed } from '#shared/text/number';
import { formatAgo } from '#shared/text/time';
import { useRequest } from '../state/requests';
import { useSelectedRun } from '../state/selected-run';

/** `accuracy 0.871 at epoch 12`; empty before the first epoch. */
export function bestText(run: RunSummary): string {
  return run.best === null
    ? ''
    : `${metricNames[run.best.metric]} ${formatFixed(run.best.value)} at epoch ${run.best.epoch}`;
}

const isOver = ({ state }: RunSummary) => state !== 'running' && state !== 'queued' && state !== 'paused';

/**
 * The runs of a project that have a model, newest first, and the selected one: the last selection on any screen if it
 * has a model, else the newest finished run, else the newest.
 */
export function useModelRun(project: string) {
  const list = useRequest('runs.list', { project });
  const chosen = useSelectedRun((state) => state.runs[project]);
  const runs = (list.data?.runs ?? [])
    .filter(({ hasModel }) => hasModel)
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  return { list, runs, run: runs.find(({ id }) => id === chosen) ?? runs.find(isOver) ?? runs[0] ?? null };
}

export interface RunPickerProps {
  readonly project: string;
  readonly runs: readonly RunSummary[];
  readonly run: RunSummary | null;
}

/** Selects the run, and thus the model, that a screen shows. */
export function RunPicker({ project, runs, run }: RunPickerProps) {
  const select = useSelectedRun((state) => state.select);
  return (
    <Select
      aria-label="Run"
      w={300}
      allowDeselect={false}
      data={runs.map(({ id, name }) => ({ value: id, label: name }))}
      value={run?.id ?? null}
      onChange={(id) => select(project, id)}
      renderOption={({ option }) => {
        const candidate = runs.find(({ id }) => id === option.value);
        return (
          <div>
            <div>{option.label}</div>
            {candidate !== undefined && (
              <div style={{ fontSize: '0.75rem', color: 'var(--mantine-color-dimmed)' }}>
                {[candidate.backbone, bestText(candidate), formatAgo(candidate.createdAt)]
                  .filter((part) => part !== '')
                  .join(' · ')}
              </div>
            )}
          </div>
        );
      }}
    />
  );
}
