import { existsSync } from 'node:fs';
import { FoveaError } from '#shared/ipc/errors';
import type { RequestContext } from '../core/request-context';

/** Interval of checks for the disk and for control commands. */
export const POLL_MILLISECONDS = 250;
/** Interval of attempts on a failing disk: each may take the system seconds. */
const RETRY_MILLISECONDS = 2000;

type StallContext = Pick<RequestContext, 'control' | 'stall' | 'consumeRetry' | 'yieldToMessages'>;

/**
 * Runs `work` on the project's disk. While the folder is missing (moved, unplugged, a lost share) or the disk fails,
 * the run is stalled with its state in memory, and nothing is written, so no partial project appears at the old
 * location. `work` is repeated when the folder is back, so it must be repeatable.
 *
 * @throws FoveaError `project_away`, `disk_failed` or `not_writable` if the run is paused or stopped while stalled;
 *   `cancelled`; other errors of `work`
 */
export async function retryOnDisk<Result>(
  work: () => Promise<Result>,
  folder: string,
  context: StallContext,
): Promise<Result> {
  let stalled = false;
  for (;;) {
    await waitForFolder(folder, context);
    try {
      const result = await work();
      if (stalled) context.stall(null);
      return result;
    } catch (error) {
      if (!existsSync(folder)) continue;
      if (!isDiskError(error)) throw error;
      stalled = true;
      context.stall(error);
      await waitToRetry(error, context);
    }
  }
}

/** The run is not at fault, and a person can fix the cause while it waits. */
const isDiskError = (error: unknown): error is FoveaError =>
  error instanceof FoveaError && (error.code === 'disk_failed' || error.code === 'not_writable');

async function waitForFolder(folder: string, context: StallContext): Promise<void> {
  if (existsSync(folder)) return;
  const reason = new FoveaError('project_away', 'The project folder has moved or its disk is disconnected.', {
    hint: 'Move it back or connect its disk, and the run continues automatically. To train at the new location, stop the run, open the project there and resume.',
  });
  context.stall(reason);
  while (!existsSync(folder)) await poll(reason, context);
  context.stall(null);
}

async function waitToRetry(reason: FoveaError, context: StallContext): Promise<void> {
  const until = performance.now() + RETRY_MILLISECONDS;
  while (performance.now() < until) {
    await poll(reason, context);
    if (context.consumeRetry()) return;
  }
}

/**
 * Waits a moment and handles control commands to a stalled run.
 *
 * @throws FoveaError `reason` if the run is paused or stopped; `cancelled`
 */
export async function poll(
  reason: FoveaError,
  context: Pick<RequestContext, 'control' | 'yieldToMessages'>,
): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  await context.yieldToMessages();
  const action = context.control();
  if (action === 'cancel') throw new FoveaError('cancelled', 'The run was cancelled.');
  if (action !== null) throw reason;
}
