import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import { givenPath, nativePath, readFolder } from '../ingest/native-path';

export interface GivenFile {
  /** Absolute. */
  readonly path: string;
  /** What a person calls it: the name, with the folders below the one that was given. */
  readonly name: string;
}

/** More files than this are no drop but an import. */
const MOST_FILES = 100_000;
const DEEPEST = 32;

/**
 * The files of a drop: files as they are, folders with all that is in them, by name. Links and hidden files inside
 * folders are left out. What does not exist stays in the list, so that its answer can say so. Throws `too_many_files`.
 */
export async function givenFiles(paths: readonly string[]): Promise<GivenFile[]> {
  const files: GivenFile[] = [];
  const add = (file: GivenFile): void => {
    if (files.length >= MOST_FILES) {
      throw new FoveaError('too_many_files', `More than ${MOST_FILES} files were given at once.`, {
        hint: 'Give the folders one after the other.',
      });
    }
    files.push(file);
  };
  const walk = async (folder: string, prefix: string, depth: number): Promise<void> => {
    if (depth > DEEPEST) return;
    const entries = await readFolder(folder);
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const path = join(folder, entry.name);
      const name = `${prefix}/${entry.name}`;
      if (entry.isFile()) add({ path, name });
      else if (entry.isDirectory()) await walk(path, name, depth + 1).catch(rethrowExpected);
    }
  };
  for (const path of await Promise.all(paths.map(givenPath))) {
    const info = await stat(nativePath(path)).catch(() => null);
    if (info?.isDirectory() === true) await walk(path, basename(path), 0);
    else add({ path, name: basename(path) });
  }
  return files;
}

/** A folder that cannot be read is left out; the rest goes on. */
function rethrowExpected(error: unknown): void {
  if (error instanceof FoveaError) throw error;
}
