import { statfs } from 'node:fs/promises';
import { FoveaError } from '#shared/ipc/errors';
import { explainWriteError } from '../core/file-errors';
import type { RequestContext } from '../core/request-context';
import { insistOnDisk, look } from './hold-for-disk';

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

async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    throw explainWriteError(error, 'a checkpoint');
  }
}

/**
 * Writes; where the disk is full, fails or is away, holds the run, weights and all, and writes again when it can.
 *
 * @throws FoveaError `disk_full` or what `insistOnDisk` throws where the run is asked to pause or stop meanwhile,
 * `cancelled`, what else `write` throws
 */
export async function saveWhenRoom(
  write: () => Promise<void>,
  { folder, bytes }: Room,
  context: Pick<RequestContext, 'control' | 'hold' | 'takeRetry' | 'yieldToMessages'>,
): Promise<void> {
  let held = false;
  const writeWhenRoom = async () => {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (!(error instanceof FoveaError) || error.code !== 'disk_full') throw error;
        held = true;
        const needed = bytes + MARGIN_BYTES;
        const reason = diskFull(needed - (await freeBytes(folder)), error);
        context.hold(reason);
        await waitForRoom(folder, needed, context, reason);
      }
    }
  };
  await insistOnDisk(writeWhenRoom, folder, context);
  if (held) context.hold(null);
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
    await look(reason, context);
    if (context.takeRetry()) return;
    if (performance.now() - since > RETRY_MILLISECONDS && hadRoom) return;
    if (!hadRoom && (await freeBytes(folder)) >= needed) return;
  }
}

function diskFull(missingBytes: number, cause: FoveaError): FoveaError {
  const space = missingBytes > 0 ? `${Math.ceil(missingBytes / 1e6)} MB` : 'some space';
  return new FoveaError('disk_full', 'Not enough disk space to save a checkpoint.', {
    hint: `Free ${space}, then resume. Saved data is intact.`,
    cause,
  });
}
