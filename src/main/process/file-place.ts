import { statSync } from 'node:fs';

/**
 * Device and inode of a file or folder: equal under all its names and after a move on its disk, different for a copy.
 * Null if the system has no inodes, or if nothing exists at `path`.
 */
export function filePlace(path: string): string | null {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  return status === undefined || status.ino === 0n ? null : `${status.dev}:${status.ino}`;
}
