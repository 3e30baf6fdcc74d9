import { randomBytes } from 'node:crypto';
import { type ErrorInfo, toErrorInfo } from '#shared/ipc/errors';
import { imagesText, type PatientCount } from '#shared/models/patient-count';
import type { EpochRecord, RunProgress, RunSummary } from '#shared/models/run';
import type { RunConfig } from '#shared/models/run-config';
import { isLogisticRegression } from '#shared/training/stages';
import type { Estimate, TrainResult } from '../../engine-host/core/protocol';
import { isDiskProblem } from '../core/disk-problem';
import { bestOf } from './run-store';

/** `20261123-142233-full-3f2a`: sorts by time, is valid as a folder name, and differs for two runs in one second. */
export const newRunId = (at: Date, preset: string): string =>
  `${timestamp(at)}-${preset}-${randomBytes(2).toString('hex')}`;

/** `20261123-142233`, in local time. */
export function timestamp(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  const time = `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
  return `${day}-${time}`;
}

/** The progress of an inactive run. */
export function idleProgress(summary: RunSummary): RunProgress {
  return {
    run: summary.id,
    state: summary.state,
    phase: summary.state === 'queued' ? 'waiting' : summary.state === 'running' ? 'elsewhere' : 'done',
    step: 0,
    totalSteps: 0,
    epoch: summary.epochsDone,
    epochs: summary.epochs,
    counted: null,
    imagesPerSecond: null,
    etaSeconds: null,
    message:
      summary.error?.message ??
      (summary.state === 'running' ? 'Pause or stop it there. Its last finished epoch is shown here.' : null),
  };
}

export function epochChanges(
  record: EpochRecord,
  metric: RunConfig['bestMetric'],
  summary: RunSummary,
): Partial<RunSummary> {
  return {
    epochsDone: record.epoch,
    best: record.isBest ? bestOf(record, metric) : summary.best,
  };
}

export function resultChanges(result: TrainResult, summary: RunSummary): Partial<RunSummary> {
  return {
    state: result.state,
    finishedAt: new Date().toISOString(),
    epochsDone: result.history.at(-1)?.epoch ?? summary.epochsDone,
    error: null,
  };
}

/** Changes when the engine stalls a run: it is paused, with its state in memory; null = it continues. */
export const stallChanges = (reason: ErrorInfo | null): Partial<RunSummary> => ({
  state: reason === null ? 'running' : 'paused',
  error: reason,
});

/**
 * Changes after the engine rejected a run. An ended engine interrupts the run; a disk that is full, failing or
 * disconnected pauses it, because it can continue from there; other errors are failures.
 */
export function failureChanges(error: unknown, requested: 'pause' | 'stop' | null): Partial<RunSummary> {
  const finishedAt = new Date().toISOString();
  const info = toErrorInfo(error);
  if (requested === 'pause' && (info.code === 'pause' || info.code === 'cancelled')) {
    return { state: 'paused', finishedAt, error: null };
  }
  if (requested === 'stop' && (info.code === 'stop' || info.code === 'cancelled')) {
    return { state: 'stopped', finishedAt, error: null };
  }
  if (isDiskProblem(error)) {
    return { state: requested === 'stop' ? 'stopped' : 'paused', finishedAt, error: info };
  }
  const interrupted = info.code === 'engine_crashed' || info.code === 'engine_closed' || info.code === 'cancelled';
  return { state: interrupted ? 'interrupted' : 'failed', finishedAt, error: info };
}

const headNotes: Readonly<Record<Estimate['head'], (classes: string) => string>> = {
  new: (classes) => `The head is new: ${classes}.`,
  kept: (classes) => `The head of the backbone is kept: ${classes}.`,
  reordered: (classes) => `The head of the backbone is kept, with its classes in the order of the project: ${classes}.`,
};

export function startNotes(
  given: { readonly learningRate?: number | null | undefined },
  config: RunConfig,
  images: PatientCount & { readonly n: number },
  classes: readonly string[],
  { pretrained, head }: Pick<Estimate, 'pretrained' | 'head'>,
): string[] {
  const notes = [
    headNotes[head](`${classes.length} classes (${classes.join(', ')})`),
    pretrained ? 'The other weights come from the backbone.' : 'All weights are initialised randomly.',
    `${imagesText(images.n, images)}.`,
  ];
  if ((given.learningRate === undefined || given.learningRate === null) && !isLogisticRegression(config)) {
    notes.push(`The learning rate ${config.learningRate} is the default for this preset and backbone.`);
  }
  return notes;
}
