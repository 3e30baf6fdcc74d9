import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { FoveaError } from '#shared/ipc/errors';

/**
 * Opens an untrusted file for reading. Refuses pipes, devices and folders, which would block or never end. Follows
 * links: the hub's own cache consists of them.
 *
 * @throws FoveaError `not_a_file`, and the system's errors for a missing or unreadable file
 */
export async function openRegularFile(path: string | Buffer, name: string): Promise<FileHandle> {
  let file: FileHandle;
  try {
    // Without O_NONBLOCK, opening a pipe waits for a writer. Windows has neither.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (isLoopOrFolder(error)) throw notAFile(name, error);
    throw error;
  }
  try {
    if (!(await file.stat()).isFile()) throw notAFile(name);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

const notAFile = (name: string, cause?: unknown) =>
  new FoveaError('not_a_file', `${name} is not a regular file but a folder, a pipe, a device or a link to itself.`, {
    hint: 'Copy or download the folder again.',
    cause,
  });

/** ENXIO: a socket, or a missing device. */
const isLoopOrFolder = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ELOOP', 'EISDIR', 'ENXIO'].includes(String(error.code));

/**
 * Reads the text of a file of at most `maximumBytes`, counting the bytes read, not the size that the system reports.
 *
 * @throws FoveaError `not_a_file`, `file_too_large`
 */
export async function readRegularFile(path: string, name: string, maximumBytes: number): Promise<string> {
  const file = await openRegularFile(path, name);
  try {
    const bytes = Buffer.alloc(Math.min(maximumBytes, (await file.stat()).size) + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      if (bytesRead === 0) return bytes.toString('utf8', 0, length);
      length += bytesRead;
    }
    throw new FoveaError('file_too_large', `${name} is larger than ${Math.round(maximumBytes / 2 ** 20)} MiB.`, {
      hint: 'This is far above the usual size. Copy or download the folder again.',
    });
  } finally {
    await file.close();
  }
}
