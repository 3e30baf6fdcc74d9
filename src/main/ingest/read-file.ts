import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { FoveaError } from '#shared/ipc/errors';
import { MAX_FILE_BYTES } from './limits';
import { nativePath } from './native-path';

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

/**
 * Reads a regular file completely.
 * @throws FoveaError `unreadable` (missing, no permission, not a file, changed while being read), `too_large`
 */
export async function readWholeFile(path: string): Promise<Buffer> {
  const file = await open(nativePath(path), 'r').catch((error: unknown) => {
    const code = errorCode(error);
    throw new FoveaError(
      'unreadable',
      code === 'ENOENT' ? 'The file is no longer there.' : 'The file could not be opened.',
      { hint: 'Check that the file exists and that you have permission to read it, then try again.', cause: error },
    );
  });
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new FoveaError('unreadable', 'This is not a regular file.');
    if (status.size > MAX_FILE_BYTES) {
      throw new FoveaError('too_large', 'The file is larger than 1 GiB, Fovea’s limit.', {
        hint: 'Export the images you need as separate files.',
      });
    }
    const bytes = Buffer.allocUnsafe(status.size);
    let offset = 0;
    while (offset < bytes.length) {
      const { bytesRead } = await file.read(bytes, offset, bytes.length - offset, offset);
      if (bytesRead === 0) throw new FoveaError('unreadable', 'The file was truncated while it was being read.');
      offset += bytesRead;
    }
    return bytes;
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    throw new FoveaError('unreadable', 'The file could not be read completely.', {
      hint: 'The disk or the network share may have failed. Try again.',
      cause: error,
    });
  } finally {
    await file.close();
  }
}

/** SHA-256 as lower-case hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
