import { FoveaError } from '#shared/ipc/errors';
import type { WorkPhase } from '#shared/models/job';
import type { LogRecord, RunProgress } from '#shared/models/run';

/** Passed to a request with its input: reports progress and receives control commands. */
export interface RequestContext {
  progress(phase: WorkPhase, done: number, total: number): void;
  runProgress(progress: Omit<RunProgress, 'run'>): void;
  log(record: LogRecord): void;
  control(): 'pause' | 'stop' | 'cancel' | null;
  /** Reports why the run is stalled, with its state in memory; null = it continues. */
  stall(reason: FoveaError | null): void;
  /** True once after a person made a stalled run try again. */
  consumeRetry(): boolean;
  /** Lets messages in; computing blocks this thread, so they are received only here. */
  yieldToMessages(): Promise<void>;
}

/**
 * Called between the batches of a request other than a training: lets messages in and ends a cancelled request.
 *
 * @throws FoveaError `cancelled`
 */
export async function checkCancelled(context: RequestContext): Promise<void> {
  await context.yieldToMessages();
  if (context.control() !== null) throw new FoveaError('cancelled', 'The job was cancelled.');
}
