import { Button, Group, Text, Title } from '@mantine/core';
import { Pause, Play, ScanSearch, Square, TrendingUp, X } from 'lucide-react';
import type { Diagnosis } from '#shared/models/diagnosis';
import type { ProjectSummary } from '#shared/models/project';
import type { RunSummary } from '#shared/models/run';
import { formatDate, formatDuration } from '#shared/text/time';
import { deviceNames } from '#shared/training/device-names';
import { confirm } from '../../../components/confirm';
import { Notice } from '../../../components/notice';
import { EditControls } from '../../../components/read-only';
import { RunStateBadge } from '../../../components/run-state-badge';
import { useCommand } from '../../../state/requests';
import { useSelectedRun } from '../../../state/selected-run';
import { useSession } from '../../../state/session';
import { presetTitle } from '../parts/presets';
import { ProblemPanel } from './problem-panel';
import { RunMenu, type RunMenuProps } from './run-menu';
import { RunParentLine } from './run-parent';

/** Runs of later versions may have unknown devices. */
const deviceTitle = (device: string): string =>
  Object.entries(deviceNames).find(([id]) => id === device)?.[1] ?? device;

export interface RunHeaderProps extends RunMenuProps {
  readonly diagnosis: Diagnosis | null;
  /** Another process trains the run, so it cannot be paused or stopped here. */
  readonly elsewhere: boolean;
}

/** Name and state of a run, its actions, and the reason if it ended badly. */
export function RunHeader({ project, run, detail, diagnosis, elsewhere }: RunHeaderProps) {
  const target = { project: project.id, run: run.id };
  const resuming = useCommand('runs.resume');
  const resume = { isPending: resuming.isPending, start: () => resuming.mutate(target) };
  const endedBadly = run.state === 'interrupted' || run.state === 'failed';
  /**
   * Paused because the disk is full. The run's state is in memory while Fovea stays open; otherwise only its last
   * checkpoint remains.
   */
  const isStalled = run.state === 'paused' && run.error !== null;
  /** True if the diagnosis explains why the run ended. */
  const isExplained = endedBadly && diagnosis !== null && diagnosis.code !== 'not-learning';
  const canResume = run.state === 'paused' || (run.resumable && (endedBadly || run.state === 'stopped'));
  const isResumedHere = canResume && !endedBadly && !isStalled;

  return (
    <>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <RunTitle project={project.id} run={run} />
        <Group gap={6} wrap="nowrap">
          <RunControls target={target} run={run} elsewhere={elsewhere} resume={isResumedHere ? resume : null} />
          <ResultActions project={project} run={run} />
          <RunMenu project={project} run={run} detail={detail} />
        </Group>
      </Group>
      {diagnosis !== null && detail !== null && (
        <ProblemPanel
          project={project.id}
          config={detail.record.config}
          diagnosis={diagnosis}
          failed={isExplained}
          onResume={canResume && diagnosis.code === 'out-of-memory' ? resume.start : null}
        />
      )}
      {(endedBadly || isStalled) && !isExplained && (
        <EndNotice run={run} isStalled={isStalled} resume={canResume ? resume : null} />
      )}
    </>
  );
}

interface Resume {
  readonly isPending: boolean;
  readonly start: () => void;
}

function RunTitle({ project, run }: { readonly project: string; readonly run: RunSummary }) {
  return (
    <div style={{ minWidth: 0 }}>
      <Group gap="xs" wrap="nowrap">
        <Title order={2} size="h2" lineClamp={1}>
          {run.name}
        </Title>
        <RunStateBadge run={run} />
      </Group>
      <Text size="xs" c="dimmed" className="tabular">
        {[
          run.backbone,
          presetTitle(run.preset),
          deviceTitle(run.device),
          formatDate(run.createdAt),
          run.seconds > 0 ? formatDuration(run.seconds) : null,
        ]
          .filter((part) => part !== null)
          .join(' · ')}
      </Text>
      {run.parent !== null && <RunParentLine project={project} parent={run.parent} />}
    </div>
  );
}

/**
 * Actions available in the run's state. `resume` is null if the run cannot be resumed, or is resumed elsewhere on the
 * page.
 */
function RunControls(props: {
  readonly target: { readonly project: string; readonly run: string };
  readonly run: RunSummary;
  readonly elsewhere: boolean;
  readonly resume: Resume | null;
}) {
  const { target, run, elsewhere, resume } = props;
  const pause = useCommand('runs.pause');
  const stop = useCommand('runs.stop');
  const confirmStop = async () => {
    const sure = await confirm({
      title: 'Stop this run?',
      message:
        run.state === 'queued'
          ? 'It leaves the queue but keeps its settings. You can resume it.'
          : 'It stops after the current step and keeps the best model so far. You can resume it later.',
      confirmLabel: 'Stop run',
    });
    if (sure) stop.mutate(target);
  };

  return (
    <>
      {run.state === 'running' && !elsewhere && (
        <EditControls>
          <Button
            variant="default"
            leftSection={<Pause size={14} />}
            loading={pause.isPending}
            onClick={() => pause.mutate(target)}
          >
            Pause
          </Button>
        </EditControls>
      )}
      {resume !== null && (
        <EditControls>
          <Button leftSection={<Play size={14} />} loading={resume.isPending} onClick={resume.start}>
            Resume
          </Button>
        </EditControls>
      )}
      {run.state === 'queued' && (
        <EditControls>
          <Button
            variant="default"
            leftSection={<X size={14} />}
            loading={stop.isPending}
            onClick={() => stop.mutate(target)}
          >
            Cancel
          </Button>
        </EditControls>
      )}
      {((run.state === 'running' && !elsewhere) || run.state === 'paused') && (
        <EditControls>
          <Button variant="default" leftSection={<Square size={12} />} loading={stop.isPending} onClick={confirmStop}>
            Stop
          </Button>
        </EditControls>
      )}
    </>
  );
}

/** Why a run ended or is stalled, and how it continues. */
function EndNotice(props: { readonly run: RunSummary; readonly isStalled: boolean; readonly resume: Resume | null }) {
  const { run, isStalled, resume } = props;
  return (
    <Notice
      tone={run.state === 'failed' ? 'error' : 'warning'}
      title={run.error?.message ?? (run.state === 'failed' ? 'The run failed.' : 'The run was interrupted.')}
    >
      <Text>{run.error?.hint ?? 'Progress up to its last checkpoint is kept.'}</Text>
      {resume !== null && (
        <Group mt="xs" gap="sm">
          <EditControls>
            <Button leftSection={<Play size={14} />} loading={resume.isPending} onClick={resume.start}>
              Resume
            </Button>
          </EditControls>
          <Text size="xs" c="dimmed">
            {isStalled
              ? 'Continues from this point. If Fovea stays open, it continues automatically once there is disk space.'
              : run.epochsDone === 0
                ? 'Continues from its last checkpoint, or starts again if there is none.'
                : `Continues from the last checkpoint, after epoch ${run.epochsDone} of ${run.epochs}.`}
          </Text>
        </Group>
      )}
    </Notice>
  );
}

function ResultActions({ project, run }: { readonly project: ProjectSummary; readonly run: RunSummary }) {
  const go = useSession((state) => state.go);
  const select = useSelectedRun((state) => state.select);
  if (!run.hasModel || run.state === 'running' || run.state === 'queued') return null;
  const open = (screen: 'evaluate' | 'predict') => () => {
    select(project.id, run.id);
    go(screen);
  };
  return (
    <>
      <Button
        variant={run.state === 'finished' ? 'filled' : 'default'}
        leftSection={<TrendingUp size={14} />}
        onClick={open('evaluate')}
      >
        Evaluate
      </Button>
      <Button variant="default" leftSection={<ScanSearch size={14} />} onClick={open('predict')}>
        Predict
      </Button>
    </>
  );
}
