import { FoveaError } from '#shared/ipc/errors';

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** True for "there is no such file". */
export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';

/** True for "it is there already". */
export const isPresent = (error: unknown): boolean => codeOf(error) === 'EEXIST';

/** What a failed write of `what` means for a person; anything unexpected stays what it is. */
export function explainWriteError(error: unknown, what: string): unknown {
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new FoveaError('disk_full', `There is no room left on the disk to save ${what}.`, {
        hint: 'What was saved before is intact. Free some space, then resume.',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new FoveaError('not_writable', `Fovea may not write ${what} to the project folder.`, {
        hint: 'Check the permissions of the project folder, then resume.',
        cause: error,
      });
    case 'EIO':
      return new FoveaError('disk_failed', `The disk reported an error while ${what} was written.`, {
        hint: 'Check that the disk is connected and sound, then resume. What was saved before is intact.',
        cause: error,
      });
    default:
      return error;
  }
}
