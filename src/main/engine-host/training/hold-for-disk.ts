import { existsSync } from 'node:fs';
import { FoveaError } from '#shared/ipc/errors';
import type { RequestContext } from '../core/request-context';

/** Between two looks at the disk and at what was asked of the run. */
const LOOK_MILLISECONDS = 250;
/** Between two tries on a disk that fails: each may take the system seconds. */
const RETRY_MILLISECONDS = 2000;

type HoldContext = Pick<RequestContext, 'control' | 'hold' | 'takeRetry' | 'yieldToMessages'>;

/**
 * Does what needs the project's disk. While its folder is not there (moved, unplugged, a share that is gone) or the disk
 * fails, the run is held, its state in memory, and nothing is written, so that no half of a project comes to be where it
 * was. `work` is done again when the folder is back, so it must be able to.
 *
 * @throws FoveaError `project_away`, `disk_failed` or `not_writable` where the run is asked to pause or stop meanwhile,
 * `cancelled`, what else `work` throws
 */
export async function insistOnDisk<Result>(
  work: () => Promise<Result>,
  folder: string,
  context: HoldContext,
): Promise<Result> {
  let held = false;
  for (;;) {
    await waitForFolder(folder, context);
    try {
      const result = await work();
      if (held) context.hold(null);
      return result;
    } catch (error) {
      if (!existsSync(folder)) continue;
      if (!isDiskTrouble(error)) throw error;
      held = true;
      context.hold(error);
      await waitToRetry(error, context);
    }
  }
}

/** Nothing of the run is to blame, and a person can mend it while the run waits. */
const isDiskTrouble = (error: unknown): error is FoveaError =>
  error instanceof FoveaError && (error.code === 'disk_failed' || error.code === 'not_writable');

async function waitForFolder(folder: string, context: HoldContext): Promise<void> {
  if (existsSync(folder)) return;
  const reason = new FoveaError('project_away', 'The project folder has moved or its disk is disconnected.', {
    hint: 'Move it back or connect its disk, and the run continues automatically. To train at the new location, stop the run, open the project there and resume.',
  });
  context.hold(reason);
  while (!existsSync(folder)) await look(reason, context);
  context.hold(null);
}

async function waitToRetry(reason: FoveaError, context: HoldContext): Promise<void> {
  const until = performance.now() + RETRY_MILLISECONDS;
  while (performance.now() < until) {
    await look(reason, context);
    if (context.takeRetry()) return;
  }
}

/**
 * A moment of waiting in which a held run can be asked to end.
 *
 * @throws FoveaError `reason` where it is asked to pause or stop, `cancelled`
 */
export async function look(
  reason: FoveaError,
  context: Pick<RequestContext, 'control' | 'yieldToMessages'>,
): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
  await context.yieldToMessages();
  const asked = context.control();
  if (asked === 'cancel') throw new FoveaError('cancelled', 'The run was cancelled.');
  if (asked !== null) throw reason;
}
