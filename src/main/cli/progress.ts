import type { Job } from '#shared/models/job';
import type { RunProgress } from '#shared/models/run';
import { formatDuration } from '#shared/text/time';
import type { Events } from '../services/core/events';

export type ProgressMode = 'bar' | 'json' | 'none';

/** Something that can be shown: a name, how far, how fast. */
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
  /** Takes the bar away before the answer is written. */
  end(): void;
}

/**
 * Shows jobs and runs on stderr: one line that is redrawn on a terminal, NDJSON for `--progress json` (each event as
 * the window gets it, with its name as `event`), nothing otherwise.
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
  let held: string | null = null;
  /** A run that waits for what a person can do something about says so once, also where no progress is shown. */
  const sayHeld = ({ run, state, phase, message }: RunProgress) => {
    const isHeld = state === 'paused' && phase !== 'done' && message !== null;
    if (isHeld && held !== run) output.write(`${message}\n`);
    held = isHeld ? run : held === run ? null : held;
  };
  if (mode === 'none') return { end: events.on('run.progress', ({ progress }) => sayHeld(progress)) };
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
      sayHeld(progress);
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

const jobStep = ({ phase, done, total, rate, etaSeconds }: Job): Step => ({ phase, done, total, rate, etaSeconds });

const runStep = (progress: RunProgress): Step => ({
  phase: `${progress.phase}, epoch ${Math.min(progress.epochs, Math.floor(progress.epoch) + 1)}/${progress.epochs}`,
  done: progress.counted?.done ?? progress.step,
  total: progress.counted?.total ?? progress.totalSteps,
  rate: progress.imagesPerSecond,
  etaSeconds: progress.etaSeconds,
});

const BAR = 24;

/** `[=========>              ]  42 %  training, epoch 2/5  84/200  31.2/s  12.0 s left`, cut to the terminal's width. */
export function progressLine({ phase, done, total, rate, etaSeconds }: Step, columns: number): string {
  const share = total === null || total <= 0 ? null : Math.min(1, done / total);
  const filled = share === null ? 0 : Math.round(share * BAR);
  const parts = [
    share === null
      ? ''
      : `[${'='.repeat(filled)}${' '.repeat(BAR - filled)}] ${String(Math.floor(share * 100)).padStart(3)} %`,
    phase,
    total === null ? String(done) : `${done}/${total}`,
    rate === null ? '' : `${rate.toFixed(1)}/s`,
    etaSeconds === null ? '' : `${formatDuration(etaSeconds)} left`,
  ];
  return parts
    .filter((part) => part !== '')
    .join('  ')
    .slice(0, Math.max(1, columns - 1));
}
