import { statfs } from 'node:fs/promises';
import { FoveaError } from '#shared/ipc/errors';
import { explainWriteError } from '../core/file-errors';
import type { RequestContext } from '../core/request-context';
import { poll, retryOnDisk } from './wait-for-disk';

/** Interval of attempts where the disk reports free space but writes fail (a quota, a reserve). */
const RETRY_MILLISECONDS = 30_000;
/** Space for folders and the file system's own records. */
const MARGIN_BYTES = 256 * 1024;

export interface Room {
  /** A folder on the disk in question. */
  readonly folder: string;
  /** Bytes that `write` needs. */
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
 * Writes. If the disk is full, failing or disconnected, stalls the run with its state in memory, and writes again when
 * possible.
 *
 * @throws FoveaError `disk_full` if the run is paused or stopped while stalled; the errors of `retryOnDisk`; other
 *   errors of `write`
 */
export async function saveWhenRoom(
  write: () => Promise<void>,
  { folder, bytes }: Room,
  context: Pick<RequestContext, 'control' | 'stall' | 'consumeRetry' | 'yieldToMessages'>,
): Promise<void> {
  let stalled = false;
  const writeWhenRoom = async () => {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (!(error instanceof FoveaError) || error.code !== 'disk_full') throw error;
        stalled = true;
        const needed = bytes + MARGIN_BYTES;
        const reason = diskFull(needed - (await freeBytes(folder)), error);
        context.stall(reason);
        await waitForRoom(folder, needed, context, reason);
      }
    }
  };
  await retryOnDisk(writeWhenRoom, folder, context);
  if (stalled) context.stall(null);
}

async function waitForRoom(
  folder: string,
  needed: number,
  context: Pick<RequestContext, 'control' | 'consumeRetry' | 'yieldToMessages'>,
  reason: FoveaError,
): Promise<void> {
  const since = performance.now();
  const hadRoom = (await freeBytes(folder)) >= needed;
  for (;;) {
    await poll(reason, context);
    if (context.consumeRetry()) return;
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
