import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * `mkdir -p`. Node's own recursive mkdir never returns where the system answers ENOENT although the parent is there,
 * as /proc does; this one throws what the system said.
 */
export async function makeFolders(path: string): Promise<void> {
  if (await made(path)) return;
  const parent = dirname(path);
  // Where the parent is there now, another call may have just made it: one more try decides.
  if (parent !== path && !existsSync(parent)) await makeFolders(parent);
  if (!(await made(path))) await mkdir(path);
}

/** False where something above is missing; throws what else is wrong. */
async function made(path: string): Promise<boolean> {
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
