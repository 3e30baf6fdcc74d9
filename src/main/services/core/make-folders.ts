import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * `mkdir -p`. Node's own recursive mkdir never returns if the system reports ENOENT although the parent exists, as in
 * /proc; this one throws the system's error.
 */
export async function makeFolders(path: string): Promise<void> {
  if (await createOne(path)) return;
  const parent = dirname(path);
  // If the parent exists now, a concurrent call may have just created it: try once more.
  if (parent !== path && !existsSync(parent)) await makeFolders(parent);
  if (!(await createOne(path))) await mkdir(path);
}

/** Creates one folder; false if its parent is missing. Throws any other error. */
async function createOne(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'EEXIST') return true;
    if (code === 'ENOENT') return false;
    throw error;
  }
}
