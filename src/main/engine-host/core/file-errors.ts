import { FoveaError } from '#shared/ipc/errors';

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** True for “no such file”. */
export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';

/** True for “already exists”. */
export const isPresent = (error: unknown): boolean => codeOf(error) === 'EEXIST';

/** Codes for a disk that reports errors or was unplugged, or a share that does not respond. */
const GONE = new Set([
  ...['EIO', 'ENODEV', 'ENXIO', 'ESTALE', 'EREMOTEIO', 'ENOTCONN', 'ETIMEDOUT'],
  ...['EHOSTDOWN', 'EHOSTUNREACH', 'ENETDOWN', 'ENETUNREACH'],
]);
export const isDiskGone = (error: unknown): boolean => GONE.has(codeOf(error));

/** `what`: a clause that states what could not be read or written. */
export const diskFailed = (what: string, cause: unknown): FoveaError =>
  new FoveaError('disk_failed', `The disk with the project is failing or disconnected: ${what}.`, {
    hint: 'Check that it is connected and healthy. Saved data is intact, and the run continues when the disk is back.',
    cause,
  });

/** Converts a failed write of `what` into an error for people; unexpected errors are returned unchanged. */
export function explainWriteError(error: unknown, what: string): unknown {
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new FoveaError('disk_full', `Not enough disk space to save ${what}.`, {
        hint: 'Saved data is intact. Free some space, then resume.',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new FoveaError('not_writable', `Fovea cannot write ${what} to the project folder.`, {
        hint: 'Check the permissions of the project folder, then resume.',
        cause: error,
      });
    default:
      return isDiskGone(error) ? diskFailed(`${what} could not be written`, error) : error;
  }
}
