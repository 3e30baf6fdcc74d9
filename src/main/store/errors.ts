import { FoveaError } from '#shared/ipc/errors';

// Primary result codes, https://www.sqlite.org/rescode.html
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IO = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;

const NO_SPACE = new Set(['ENOSPC', 'EDQUOT']);
/** The disk was unplugged, or the share does not respond. */
const GONE = new Set([
  ...['EIO', 'ENODEV', 'ENXIO', 'ESTALE', 'EREMOTEIO', 'ENOTCONN', 'ETIMEDOUT'],
  ...['EHOSTDOWN', 'EHOSTUNREACH', 'ENETDOWN', 'ENETUNREACH'],
]);
const NO_ACCESS = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT', 'ELOOP']);

/** The primary SQLite result code of an error, or null for an error of another kind. */
function resultCode(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : null;
}

export const diskFull = (cause: unknown): FoveaError =>
  new FoveaError('disk_full', 'The disk of the project is full. Saved data is kept.', {
    hint: 'Free some space on that disk, then try again.',
    cause,
  });

export const projectUnwritable = (cause: unknown): FoveaError =>
  new FoveaError('project_unwritable', 'Fovea cannot write to the project folder.', {
    hint: 'Choose a folder you have permission to write to, on a disk that is not read-only.',
    cause,
  });

export const projectReadOnly = (): FoveaError =>
  new FoveaError('project_read_only', 'This project is read-only, because Fovea cannot write to its folder or disk.', {
    hint: 'To make changes, copy its folder to a writable location and open the copy.',
  });

export const projectAway = (): FoveaError =>
  new FoveaError('project_away', 'The project folder has moved or its disk is disconnected.', {
    hint: 'Move it back or connect its disk, then try again. If it has moved for good, open it at its new location.',
  });

export const pathTooLong = (cause?: unknown): FoveaError =>
  new FoveaError('path_too_long', 'The path of the folder is too long for Fovea or this system.', {
    hint: 'Choose a folder with a shorter path, with shorter names or fewer levels.',
    cause,
  });

/** `backup` is the name of the newest copy that a migration made in the project folder; null if none is known. */
export const projectDamaged = (cause: unknown, backup: string | null): FoveaError =>
  new FoveaError('project_damaged', 'project.sqlite is damaged or not a Fovea project.', {
    hint: `Replace project.sqlite with a copy${backup === null ? ' from your own backup of the project' : `: ${backup} in the project folder is Fovea's newest backup`}.`,
    cause,
  });

/**
 * For an empty file: the result of a power cut, an interrupted copy or an unfinished synchronisation. `backup` as
 * above.
 */
export const projectEmpty = (backup: string | null): FoveaError =>
  new FoveaError('project_damaged', 'project.sqlite is empty, so the contents of the project are missing.', {
    hint: `If the folder is being copied or synchronised, wait until that is done. Otherwise replace project.sqlite with a copy${backup === null ? '' : `, such as ${backup} in the project folder`}. Nothing was changed.`,
  });

/**
 * Converts an error of SQLite or the file system to an error for people; returns any other error unchanged. `backup`
 * finds the copy to restore after damage.
 */
export function toStoreError(error: unknown, backup: () => string | null = () => null): unknown {
  if (error instanceof FoveaError) return error;
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') {
    if (NO_SPACE.has(error.code)) return diskFull(error);
    if (error.code === 'ENAMETOOLONG') return pathTooLong(error);
    if (GONE.has(error.code)) return diskFailed(error);
    if (NO_ACCESS.has(error.code)) return projectUnwritable(error);
  }
  switch (resultCode(error)) {
    case FULL:
      return diskFull(error);
    case IO:
      // A full disk appears as an I/O error if the WAL or its index cannot grow.
      return diskFailed(error);
    case READONLY:
    case CANNOT_OPEN:
      return projectUnwritable(error);
    case CORRUPT:
    case NOT_A_DATABASE:
      return projectDamaged(error, backup());
    case BUSY:
    case LOCKED:
      return new FoveaError('project_busy', 'Another Fovea is writing to this project.', {
        hint: 'Wait for it to finish, or close it, then try again.',
        cause: error,
      });
    default:
      return error;
  }
}

export const diskFailed = (cause: unknown): FoveaError =>
  new FoveaError('disk_failed', 'The disk of the project could not be read or written.', {
    hint: 'Check that the disk is connected and has free space, then try again. Saved data is kept.',
    cause,
  });

/**
 * Whether SQLite's error may come from an unplugged disk: I/O errors at first, then "malformed" for data that it still
 * has in memory. Only a new connection can distinguish that from damage.
 */
export const isDiskError = (error: unknown): boolean => {
  const code = resultCode(error);
  return code === IO || code === CORRUPT || code === CANNOT_OPEN || code === NOT_A_DATABASE;
};
