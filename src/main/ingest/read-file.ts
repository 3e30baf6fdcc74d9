import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { FoveaError } from '#shared/ipc/errors';
import { MAX_FILE_BYTES } from './limits';
import { nativePath } from './native-path';

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

/**
 * Reads a regular file completely. Blocks the thread: decode hosts do one thing at a time, and each step of an
 * asynchronous read costs more than reading a small file.
 * @throws FoveaError `unreadable` (missing, no permission, not a file, changed while being read), `too_large`
 */
export async function readWholeFile(path: string): Promise<Buffer> {
  const file = openFile(path);
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new FoveaError('unreadable', 'This is not a regular file.');
    if (status.size > MAX_FILE_BYTES) {
      throw new FoveaError('too_large', 'The file is larger than 1 GiB, Fovea’s limit.', {
        hint: 'Export the images you need as separate files.',
      });
    }
    const bytes = Buffer.allocUnsafe(status.size);
    let offset = 0;
    while (offset < bytes.length) {
      const count = readSync(file, bytes, offset, bytes.length - offset, offset);
      if (count === 0) throw new FoveaError('unreadable', 'The file was truncated while it was being read.');
      offset += count;
    }
    return bytes;
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    throw new FoveaError('unreadable', 'The file could not be read completely.', {
      hint: 'The disk or the network share may have failed. Try again.',
      cause: error,
    });
  } finally {
    closeSync(file);
  }
}

function openFile(path: string): number {
  try {
    // Without waiting for the other end of a named pipe, which is then refused.
    return openSync(nativePath(path), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    const message = errorCode(cause) === 'ENOENT' ? 'The file is no longer there.' : 'The file could not be opened.';
    const hint = 'Check that the file exists and that you have permission to read it, then try again.';
    throw new FoveaError('unreadable', message, { hint, cause });
  }
}

/** SHA-256 as lower-case hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
