import { randomBytes } from 'node:crypto';
import { type ErrorInfo, toErrorInfo } from '#shared/ipc/errors';
import { imagesText, type PatientCount } from '#shared/models/patient-count';
import type { EpochRecord, RunProgress, RunSummary } from '#shared/models/run';
import type { RunConfig } from '#shared/models/run-config';
import { isLogisticRegression } from '#shared/training/stages';
import type { TrainResult } from '../../engine-host/core/protocol';
import { isDiskProblem } from '../core/disk-problem';
import { bestOf } from './run-book';

/** `20261123-142233-full-3f2a`: sorts by time, is a folder name everywhere, and two in one second differ. */
export const newRunId = (at: Date, preset: string): string =>
  `${timestamp(at)}-${preset}-${randomBytes(2).toString('hex')}`;

/** `20261123-142233`, in local time. */
export function timestamp(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  const time = `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
  return `${day}-${time}`;
}

/** The progress of a run that nobody has in hand. */
export function restingProgress(summary: RunSummary): RunProgress {
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

/** What it means that the engine holds a run: it is paused, its state in memory; null = it goes on. */
export const holdChanges = (reason: ErrorInfo | null): Partial<RunSummary> => ({
  state: reason === null ? 'running' : 'paused',
  error: reason,
});

/**
 * What the end of the engine means for the run: it is interrupted. A disk that is full, fails or is away pauses it,
 * for it goes on from there. All else that the engine said is a failure.
 */
export function failureChanges(error: unknown, asked: 'pause' | 'stop' | null): Partial<RunSummary> {
  const finishedAt = new Date().toISOString();
  const info = toErrorInfo(error);
  if (asked === 'pause' && (info.code === 'pause' || info.code === 'cancelled')) {
    return { state: 'paused', finishedAt, error: null };
  }
  if (asked === 'stop' && (info.code === 'stop' || info.code === 'cancelled')) {
    return { state: 'stopped', finishedAt, error: null };
  }
  if (isDiskProblem(error)) {
    return { state: asked === 'stop' ? 'stopped' : 'paused', finishedAt, error: info };
  }
  const interrupted = info.code === 'engine_crashed' || info.code === 'engine_closed' || info.code === 'cancelled';
  return { state: interrupted ? 'interrupted' : 'failed', finishedAt, error: info };
}

export function startNotes(
  given: { readonly learningRate?: number | null | undefined },
  config: RunConfig,
  images: PatientCount & { readonly n: number },
  classes: readonly string[],
  pretrained: boolean,
): string[] {
  const notes = [
    `The head is new: ${classes.length} classes (${classes.join(', ')}).`,
    pretrained ? 'The other weights come from the backbone.' : 'All weights are initialised randomly.',
    `${imagesText(images.n, images)}.`,
  ];
  if ((given.learningRate === undefined || given.learningRate === null) && !isLogisticRegression(config)) {
    notes.push(`The learning rate ${config.learningRate} is the default for this preset and backbone.`);
  }
  return notes;
}
