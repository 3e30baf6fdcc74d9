import { ActionIcon, Group, Progress, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { Pause, Play, Square, X } from 'lucide-react';
import type { Job } from '#shared/ipc/contract';
import { assertNever } from '#shared/ipc/errors';
import type { RunProgress, RunState } from '#shared/models/run';
import { jobProgressText, jobTexts } from '#shared/text/job-text';
import { formatQuantity } from '#shared/text/number';
import { formatRate, formatShortDuration } from '#shared/text/time';
import { useActivity } from '../../state/activity';
import { useCommand, useRequest } from '../../state/requests';
import { useSession } from '../../state/session';
import { confirm } from '../confirm';
import { percentDone } from '../run-percent';
import classes from './activity-panel.module.css';

/** Running work, shown on every screen, with buttons to end it. */
export function ActivityPanel() {
  const jobs = useActivity((state) => state.jobs);
  const runs = useActivity((state) => state.runs);
  const runningJobs = Object.values(jobs).filter(({ state }) => state === 'running');
  const runsIn = (target: RunState) => Object.values(runs).filter(({ progress: { state } }) => state === target);
  const [running, waiting, paused] = [runsIn('running'), runsIn('queued'), runsIn('paused')];
  // A queue would fill the column: a single paused run can be resumed here, more are only counted.
  const shown = paused.length === 1 ? [...running, ...paused] : running;
  const counted = [
    waiting.length === 0 ? null : `${formatQuantity(waiting.length, 'run')} waiting`,
    paused.length < 2 ? null : `${paused.length} runs paused`,
  ].filter((text) => text !== null);
  if (runningJobs.length + shown.length + counted.length === 0) return null;
  return (
    <section className={classes['panel']} aria-label="Running jobs">
      {shown.map(({ project, progress }) => (
        <RunItem key={progress.run} project={project} progress={progress} />
      ))}
      {counted.length > 0 && <QueueItem text={counted.join(', ')} />}
      {runningJobs.map((job) => (
        <JobItem key={job.id} job={job} />
      ))}
    </section>
  );
}

function QueueItem({ text }: { readonly text: string }) {
  const go = useSession((state) => state.go);
  return (
    <div className={classes['item']}>
      <UnstyledButton className={classes['title']} onClick={() => go('train')}>
        {text}
      </UnstyledButton>
    </div>
  );
}

function RunItem({ project, progress }: { readonly project: string; readonly progress: RunProgress }) {
  const go = useSession((state) => state.go);
  const pause = useCommand('runs.pause');
  const resume = useCommand('runs.resume');
  const stop = useCommand('runs.stop');
  const percent = percentDone(progress);
  const paused = progress.state === 'paused';
  const target = { project, run: progress.run };
  return (
    <div className={classes['item']}>
      <Group gap={2} wrap="nowrap" justify="space-between">
        <UnstyledButton className={classes['title']} onClick={() => go('train')}>
          {paused ? 'Training paused' : runPhase(progress)}
        </UnstyledButton>
        {progress.phase !== 'elsewhere' && (
          <Group gap={0} wrap="nowrap">
            <Tooltip label={paused ? 'Resume' : 'Pause'}>
              <ActionIcon
                size={24}
                aria-label={paused ? 'Resume training from here' : 'Pause training from here'}
                onClick={() => (paused ? resume : pause).mutate(target)}
              >
                {paused ? <Play size={13} /> : <Pause size={13} />}
              </ActionIcon>
            </Tooltip>
            <Tooltip label="Stop">
              <ActionIcon
                size={24}
                aria-label="Stop training from here"
                onClick={async () => {
                  const sure = await confirm({
                    title: 'Stop this run?',
                    message: 'It stops after the current step and keeps its progress.',
                    confirmLabel: 'Stop run',
                  });
                  if (sure) stop.mutate(target);
                }}
              >
                <Square size={12} />
              </ActionIcon>
            </Tooltip>
          </Group>
        )}
      </Group>
      <Progress value={percent ?? 100} size={4} animated={!paused} aria-label="Training progress" />
      <Facts
        percent={percent}
        etaSeconds={paused ? null : progress.etaSeconds}
        rate={paused || progress.imagesPerSecond === null ? null : formatRate(progress.imagesPerSecond, 'img')}
        fallback={progress.message ?? ''}
      />
      <ProjectName project={project} />
    </div>
  );
}

function runPhase({ phase, epoch, epochs }: RunProgress): string {
  switch (phase) {
    case 'waiting':
      return 'Training queued';
    case 'preparing':
      return 'Preparing images';
    case 'extracting':
      return 'Computing features';
    case 'searching':
      return 'Searching for the best model';
    case 'training':
      return `Training ${Math.min(epochs, Math.floor(epoch) + 1)} of ${epochs}`;
    case 'evaluating':
      return 'Validating';
    case 'saving':
      return 'Saving checkpoint';
    case 'done':
      return 'Training done';
    case 'elsewhere':
      return 'Training in another window';
    default:
      return assertNever(phase);
  }
}

function JobItem({ job }: { readonly job: Job }) {
  const cancel = useCommand('jobs.cancel');
  const { title, noun, unit } = jobTexts[job.name];
  const text = jobProgressText(job.progress);
  const counted = job.progress.kind === 'working' ? job.progress : null;
  const percent = counted?.total ? Math.min(100, (counted.done / counted.total) * 100) : null;
  const queued = job.progress.kind === 'waiting';
  return (
    <div className={classes['item']}>
      <Group gap={2} wrap="nowrap" justify="space-between">
        <Text size="xs" fw={500} truncate title={text}>
          {queued ? `${noun} queued` : title}
        </Text>
        <Tooltip label="Cancel">
          <ActionIcon
            size="sm"
            aria-label={`Cancel: ${title}`}
            loading={cancel.isPending}
            onClick={() => cancel.mutate({ job: job.id })}
          >
            <X size={13} />
          </ActionIcon>
        </Tooltip>
      </Group>
      {!queued && <Progress value={percent ?? 100} size={4} animated={percent === null} aria-label={title} />}
      <Facts
        percent={percent}
        etaSeconds={counted?.etaSeconds ?? null}
        rate={counted?.rate == null ? null : formatRate(counted.rate, unit === 'bytes' ? unit : '')}
        fallback={text}
      />
      <ProjectName project={job.subject.project} />
    </div>
  );
}

interface FactsProps {
  /** Percent. */
  readonly percent: number | null;
  readonly etaSeconds: number | null;
  readonly rate: string | null;
  /** Shown if nothing is counted. */
  readonly fallback: string;
}

/** "42 % · 3 min left", and the speed if there is room. */
function Facts({ percent, etaSeconds, rate, fallback }: FactsProps) {
  const facts = [
    percent === null ? fallback : `${Math.floor(percent)} %`,
    etaSeconds === null ? null : `${formatShortDuration(etaSeconds)} left`,
    rate,
  ].filter((fact) => fact !== null && fact !== '');
  return (
    <Text size="xs" c="dimmed" className="tabular" lineClamp={2}>
      {facts.join(' · ')}
    </Text>
  );
}

/** Names the project that the work belongs to, unless it is the one on screen. */
function ProjectName({ project }: { readonly project: string | null }) {
  const shown = useSession((state) => state.project?.id ?? null);
  const known = useRequest('projects.list', {}, { enabled: project !== null && project !== shown });
  const name = known.data?.recent.find(({ id }) => id === project)?.name;
  if (project === shown || name === undefined) return null;
  return (
    <Text size="xs" c="dimmed" truncate title={name}>
      in {name}
    </Text>
  );
}
