import type { Job } from '#shared/ipc/contract';
import type { RunProgress } from '#shared/models/run';
import { jobProgressText } from '#shared/text/job-text';
import { formatDuration, formatRate } from '#shared/text/time';
import type { Events } from '../services/core/events';

export type ProgressMode = 'bar' | 'json' | 'none';

/** Progress as displayed. */
interface Step {
  readonly phase: string;
  readonly done: number;
  readonly total: number | null;
  readonly rate: number | null;
  readonly etaSeconds: number | null;
}

export interface ProgressOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface Progress {
  /** Removes the bar before the outcome is written. */
  end(): void;
}

/**
 * Shows jobs and runs on stderr: one redrawn line on a terminal, NDJSON for `--progress json` (each event as the window
 * receives it, with its name as `event`), nothing otherwise.
 */
export function showProgress(events: Events, mode: ProgressMode, output: ProgressOutput): Progress {
  if (mode === 'json') {
    const line = (event: string, payload: object) => output.write(`${JSON.stringify({ event, ...payload })}\n`);
    const ends = [
      events.on('job', (job) => line('job', job)),
      events.on('run.progress', ({ progress }) => line('run.progress', progress)),
      events.on('run.log', ({ run, record }) => line('run.log', { run, ...record })),
    ];
    return { end: () => ends.forEach((end) => void end()) };
  }
  let drawn = false;
  let stalled: string | null = null;
  /** Reports once that a run is paused for a reason that a person can fix, even if no progress is shown. */
  const reportStall = ({ run, state, phase, message }: RunProgress) => {
    const isStalled = state === 'paused' && phase !== 'done' && message !== null;
    if (isStalled && stalled !== run) output.write(`${message}\n`);
    stalled = isStalled ? run : stalled === run ? null : stalled;
  };
  if (mode === 'none') return { end: events.on('run.progress', ({ progress }) => reportStall(progress)) };
  const draw = (step: Step) => {
    output.write(`\r\x1b[2K${progressLine(step, output.columns ?? 80)}`);
    drawn = true;
  };
  const clear = () => {
    if (drawn) output.write('\r\x1b[2K');
    drawn = false;
  };
  const ends = [
    events.on('job', (job) => (job.state === 'running' ? draw(jobStep(job)) : clear())),
    events.on('run.progress', ({ progress }) => {
      if (isActive(progress)) draw(runStep(progress));
      else clear();
      reportStall(progress);
    }),
  ];
  return {
    end: () => {
      for (const end of ends) end();
      clear();
    },
  };
}

const isActive = ({ state }: RunProgress) => state === 'running' || state === 'queued';

const jobStep = ({ progress }: Job): Step =>
  progress.kind === 'working'
    ? { ...progress, phase: jobProgressText(progress) }
    : { phase: jobProgressText(progress), done: 0, total: null, rate: null, etaSeconds: null };

const runStep = (progress: RunProgress): Step => ({
  phase: `${progress.phase}, epoch ${Math.min(progress.epochs, Math.floor(progress.epoch) + 1)}/${progress.epochs}`,
  done: progress.counted?.done ?? progress.step,
  total: progress.counted?.total ?? progress.totalSteps,
  rate: progress.imagesPerSecond,
  etaSeconds: progress.etaSeconds,
});

const BAR = 24;

/**
 * `[==========              ]  42 %  training, epoch 2/5  84/200  31.2/s  12.0 s left`, cut to the terminal's width.
 */
export function progressLine({ phase, done, total, rate, etaSeconds }: Step, columns: number): string {
  const share = total === null || total <= 0 ? null : Math.min(1, done / total);
  const filled = share === null ? 0 : Math.round(share * BAR);
  const parts = [
    share === null
      ? ''
      : `[${'='.repeat(filled)}${' '.repeat(BAR - filled)}] ${String(Math.floor(share * 100)).padStart(3)} %`,
    phase,
    total === null ? String(done) : `${done}/${total}`,
    rate === null ? '' : formatRate(rate, ''),
    etaSeconds === null ? '' : `${formatDuration(etaSeconds)} left`,
  ];
  return parts
    .filter((part) => part !== '')
    .join('  ')
    .slice(0, Math.max(1, columns - 1));
}
