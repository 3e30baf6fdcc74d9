import { statSync } from 'node:fs';

/**
 * Device and number of a file or folder: equal under all its names and after it was moved on its disk, different for a
 * copy. Null where the system has none, or nothing is there.
 */
export function filePlace(path: string): string | null {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  return status === undefined || status.ino === 0n ? null : `${status.dev}:${status.ino}`;
}
