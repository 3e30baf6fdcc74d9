import { ActionIcon, Menu } from '@mantine/core';
import { Columns2, EllipsisVertical, FlaskConical, RotateCcw, Trash2 } from 'lucide-react';
import type { ProjectSummary } from '#shared/models/project';
import type { RunDetail, RunSummary } from '#shared/models/run';
import { confirm } from '../../../components/confirm';
import { useReadOnly } from '../../../components/read-only';
import { useCommand } from '../../../state/requests';
import { useSelectedRun } from '../../../state/selected-run';
import { useDrafts } from '../parts/draft-store';
import { useTrainView } from '../parts/train-view';

const openTexts = {
  sweep: 'Open sweep',
  folds: 'Open cross-validation',
  leak: 'Open leak measurement',
} as const;

export interface RunMenuProps {
  readonly project: ProjectSummary;
  readonly run: RunSummary;
  readonly detail: RunDetail | null;
}

/** What is done with a run in any of its states. */
export function RunMenu({ project, run, detail }: RunMenuProps) {
  const select = useSelectedRun((state) => state.select);
  const openAdvanced = useDrafts((state) => state.openAdvanced);
  const pick = useTrainView((state) => state.pick);
  const show = useTrainView((state) => state.show);
  const membership = run.experiment;
  const readOnly = useReadOnly();
  const remove = useCommand('runs.remove', {
    onSuccess: () => {
      select(project.id, null);
    },
  });
  const confirmRemove = async () => {
    const sure = await confirm({
      title: `Remove ${run.name}?`,
      message: 'Its model, log, evaluations and checkpoints are deleted. This cannot be undone.',
      confirmLabel: 'Remove run',
      danger: true,
    });
    if (sure) remove.mutate({ project: project.id, run: run.id });
  };
  const active = run.state === 'running' || run.state === 'queued' || run.state === 'paused';
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label="More actions for this run" size="md">
          <EllipsisVertical size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<RotateCcw size={14} />}
          disabled={detail === null}
          onClick={() => {
            if (detail === null) return;
            openAdvanced(project.id, detail.record.config);
            select(project.id, null);
          }}
        >
          Use these settings
        </Menu.Item>
        <Menu.Item leftSection={<Columns2 size={14} />} onClick={() => pick(project.id, [run.id])}>
          Compare with other runs
        </Menu.Item>
        {membership !== null && (
          <Menu.Item
            leftSection={<FlaskConical size={14} />}
            onClick={() => show(project.id, { kind: 'experiment', experiment: membership.experiment })}
          >
            {openTexts[membership.kind]}
          </Menu.Item>
        )}
        <Menu.Item color="red" leftSection={<Trash2 size={14} />} disabled={active || readOnly} onClick={confirmRemove}>
          Remove run
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
