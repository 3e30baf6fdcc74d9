import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { FoveaError } from '#shared/ipc/errors';
import type { ArchiveEntry, OpenArchive } from './open-archive';

/**
 * Unpacks an entry to a new file and returns its SHA-256 in lower-case hex. Checks the archive's CRC-32: wrong content
 * is worse than an error.
 *
 * @throws FoveaError `damaged` and `file_changed` for faults of the archive; the system's errors for those of the disk
 *   written to; the signal's reason if aborted
 */
export async function unpackEntry(
  archive: OpenArchive,
  entry: ArchiveEntry,
  path: string,
  options: { readonly signal?: AbortSignal | undefined; readonly onBytes?: (bytes: number) => void } = {},
): Promise<string> {
  const damaged = (cause: unknown) =>
    new FoveaError('damaged', 'It could not be unpacked: the archive is damaged here.', {
      hint: 'Copy or download the archive again.',
      cause,
    });
  const stream = await archive.read(entry).catch((error: unknown) => {
    throw error instanceof FoveaError ? error : damaged(error);
  });
  const hash = createHash('sha256');
  let sum = 0;
  let bytes = 0;
  let writing: unknown = null;
  const file = await open(path, 'wx').catch((error: unknown) => {
    stream.destroy();
    throw error;
  });
  try {
    for await (const chunk of stream) {
      options.signal?.throwIfAborted();
      const content = chunk as Buffer;
      hash.update(content);
      sum = crc32(content, sum);
      await file.writeFile(content).catch((error: unknown) => {
        writing = error;
        throw error;
      });
      bytes += content.length;
      options.onBytes?.(bytes);
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    throw writing ?? damaged(error);
  } finally {
    await file.close();
  }
  if (sum !== entry.crc32) throw damaged('the checksum differs');
  return hash.digest('hex');
}
