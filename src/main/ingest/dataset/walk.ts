import type { Dirent } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { nativePath, readFolder } from '../native-path';
import { isJunkFile } from './junk-files';

export interface WalkedFile {
  /** The selected folder, or the folder of a selected file. */
  readonly root: string;
  readonly path: string;
  /** Relative to the root, with forward slashes on every system. */
  readonly relativePath: string;
}

export interface WalkSkip {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** By UTF-16 code units: the same on every system and in every locale. */
function byName(first: Dirent, second: Dirent): number {
  return first.name < second.name ? -1 : first.name > second.name ? 1 : 0;
}

/** Why a path could not be opened; `message` unless there is a more specific reason. */
export function openFailure(error: unknown, message: string): Omit<WalkSkip, 'path'> {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code !== 'ENAMETOOLONG') return { code: 'unreadable', message };
  return {
    code: 'path_too_long',
    message: 'Its path is too long for this system. Move it to a folder with a shorter path.',
  };
}

/**
 * Yields every regular file under the given files and folders (as returned by `pathFromUser`), depth first in name order.
 * Does not follow links: they may lead outside the folder or in a circle. Reports unreadable paths to `onSkip`.
 */
export async function* walkFiles(
  paths: readonly string[],
  signal: AbortSignal | undefined,
  onSkip: (skip: WalkSkip) => void,
): AsyncGenerator<WalkedFile> {
  async function* folder(root: string, path: string, prefix: string): AsyncGenerator<WalkedFile> {
    const entries = await readFolder(path).catch((error: unknown) => {
      onSkip({ path, ...openFailure(error, 'The folder could not be opened.') });
      return [];
    });
    signal?.throwIfAborted();
    for (const entry of entries.sort(byName)) {
      if (isJunkFile(entry.name)) continue;
      const child = join(path, entry.name);
      const relativePath = prefix + entry.name;
      if (entry.isFile()) yield { root, path: child, relativePath };
      else if (entry.isDirectory()) yield* folder(root, child, `${relativePath}/`);
      else if (entry.isSymbolicLink())
        onSkip({ path: child, code: 'link', message: 'A link; links are not followed.' });
      else onSkip({ path: child, code: 'not_a_file', message: 'Not a regular file.' });
    }
  }

  for (const path of paths) {
    const status = await lstat(nativePath(path)).catch((error: unknown) => {
      onSkip({
        path,
        ...openFailure(error, 'The file or folder does not exist, or you do not have permission to read it.'),
      });
      return null;
    });
    if (status === null) continue;
    if (status.isDirectory()) yield* folder(path, path, '');
    else if (status.isFile()) yield { root: join(path, '..'), path, relativePath: basename(path) };
    else onSkip({ path, code: 'not_a_file', message: 'Not a regular file or folder.' });
  }
}
