import { FoveaError } from '#shared/ipc/errors';
import type { WorkPhase } from '#shared/models/job';
import type { LogRecord, RunProgress } from '#shared/models/run';

/** What a request gets besides its input: a way to report, and what was asked of it since. */
export interface RequestContext {
  /** Heard by jobs that ask: the words are those of their progress. */
  progress(phase: WorkPhase, done: number, total: number): void;
  runProgress(progress: Omit<RunProgress, 'run'>): void;
  log(record: LogRecord): void;
  control(): 'pause' | 'stop' | 'cancel' | null;
  /** Says why the run is held, its state in memory; null = it goes on. */
  hold(reason: FoveaError | null): void;
  /** True once after a person asked a held run to try again. */
  takeRetry(): boolean;
  /** Computing blocks this thread: messages are only seen here. */
  yieldToMessages(): Promise<void>;
}

/**
 * Between the batches of a request that is no training: lets messages in and ends it when it was cancelled.
 *
 * @throws FoveaError `cancelled`
 */
export async function checkCancelled(context: RequestContext): Promise<void> {
  await context.yieldToMessages();
  if (context.control() !== null) throw new FoveaError('cancelled', 'The job was cancelled.');
}
