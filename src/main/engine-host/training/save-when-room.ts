import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { FoveaError } from '#shared/ipc/errors';
import type { RequestContext } from '../core/request-context';
import { waitForFolder } from './wait-for-folder';

/** Between two looks at the disk and at what was asked of the run. */
const LOOK_MILLISECONDS = 250;
/** Where the disk says that there is room and a write still fails (a quota, a reserve), it is tried no oftener. */
const RETRY_MILLISECONDS = 30_000;
/** Folders, and what the file system keeps beside the bytes of files. */
const MARGIN_BYTES = 256 * 1024;

export interface Room {
  /** A folder on the disk that is written to. */
  readonly folder: string;
  /** What `write` needs. */
  readonly bytes: number;
}

const freeBytes = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

/**
 * Writes; where the disk is full, or the folder is away, holds the run, weights and all, until there is room, and writes
 * again.
 *
 * @throws FoveaError `disk_full` or `project_away` where the run is asked to pause or stop meanwhile, `cancelled`, what
 * `write` throws
 */
export async function saveWhenRoom(
  write: () => Promise<void>,
  { folder, bytes }: Room,
  context: Pick<RequestContext, 'control' | 'hold' | 'takeRetry' | 'yieldToMessages'>,
): Promise<void> {
  let held = false;
  for (;;) {
    await waitForFolder(folder, context);
    try {
      await write();
      if (held) context.hold(null);
      return;
    } catch (error) {
      if (!existsSync(folder)) continue;
      if (!(error instanceof FoveaError) || error.code !== 'disk_full') throw error;
      held = true;
      const needed = bytes + MARGIN_BYTES;
      const reason = diskFull(needed - (await freeBytes(folder)), error);
      context.hold(reason);
      await waitForRoom(folder, needed, context, reason);
    }
  }
}

async function waitForRoom(
  folder: string,
  needed: number,
  context: Pick<RequestContext, 'control' | 'takeRetry' | 'yieldToMessages'>,
  reason: FoveaError,
): Promise<void> {
  const since = performance.now();
  const hadRoom = (await freeBytes(folder)) >= needed;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
    await context.yieldToMessages();
    const asked = context.control();
    if (asked === 'cancel') throw new FoveaError('cancelled', 'The run was cancelled.');
    if (asked !== null) throw reason;
    if (context.takeRetry()) return;
    if (performance.now() - since > RETRY_MILLISECONDS && hadRoom) return;
    if (!hadRoom && (await freeBytes(folder)) >= needed) return;
  }
}

function diskFull(missingBytes: number, cause: FoveaError): FoveaError {
  const space = missingBytes > 0 ? `${Math.ceil(missingBytes / 1e6)} MB` : 'some space';
  return new FoveaError('disk_full', 'There is no room left on the disk to save a checkpoint.', {
    hint: `Free ${space}, then resume. What was saved before is intact.`,
    cause,
  });
}
