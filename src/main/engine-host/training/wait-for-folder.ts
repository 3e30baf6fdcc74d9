import { existsSync } from 'node:fs';
import { FoveaError } from '#shared/ipc/errors';
import type { RequestContext } from '../core/request-context';

/** Between two looks at the disk and at what was asked of the run. */
const LOOK_MILLISECONDS = 250;

/**
 * Holds the run, its state in memory, while its folder is not there: the project was moved, or its disk is gone. Nothing
 * is written meanwhile, so that no half of a project comes to be where it was. Answers with whether it was away.
 *
 * @throws FoveaError `project_away` where the run is asked to pause or stop meanwhile, `cancelled`
 */
export async function waitForFolder(
  folder: string,
  context: Pick<RequestContext, 'control' | 'hold' | 'yieldToMessages'>,
): Promise<boolean> {
  if (existsSync(folder)) return false;
  const reason = new FoveaError('project_away', 'The folder of the project is not where it was.', {
    hint: 'Put it back, or connect its disk: the run goes on by itself. To train where it is now, stop the run, open the project there and resume.',
  });
  context.hold(reason);
  while (!existsSync(folder)) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
    await context.yieldToMessages();
    const asked = context.control();
    if (asked === 'cancel') throw new FoveaError('cancelled', 'The run was cancelled.');
    if (asked !== null) throw reason;
  }
  context.hold(null);
  return true;
}
