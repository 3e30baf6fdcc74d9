import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import { openFailure } from '../../ingest/dataset/walk';
import { nativePath, pathFromUser, readFolder } from '../../ingest/native-path';

export interface GivenFile {
  /** Absolute. */
  readonly path: string;
  /** What a person calls it: the name, with the folders below the one that was given. */
  readonly name: string;
  /** Why it, or the folder that it stands for, could not be looked at; null for a file that may be read. */
  readonly refusal: { readonly code: string; readonly message: string } | null;
}

/** More files than this are no drop but an import. */
const MOST_FILES = 100_000;

/**
 * The files of a drop: files as they are, folders with all that is in them however deep, by name. Links and hidden files
 * inside folders are left out. What does not exist, and a folder that cannot be opened, stays in the list, so that its
 * answer can say so. Throws `too_many_files`.
 */
export async function givenFiles(paths: readonly string[]): Promise<GivenFile[]> {
  const files: GivenFile[] = [];
  const add = (file: GivenFile): void => {
    if (files.length >= MOST_FILES) {
      throw new FoveaError('too_many_files', `More than ${MOST_FILES} files at once.`, {
        hint: 'Predict the folders one after another.',
      });
    }
    files.push(file);
  };
  const walk = async (folder: string, prefix: string): Promise<void> => {
    const entries = await readFolder(folder).catch((error: unknown) => {
      add({ path: folder, name: prefix, refusal: openFailure(error, 'The folder could not be opened.') });
      return [];
    });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const path = join(folder, entry.name);
      const name = `${prefix}/${entry.name}`;
      if (entry.isFile()) add({ path, name, refusal: null });
      else if (entry.isDirectory()) await walk(path, name);
    }
  };
  for (const path of await Promise.all(paths.map(pathFromUser))) {
    const info = await stat(nativePath(path)).catch(() => null);
    if (info?.isDirectory() === true) await walk(path, basename(path));
    else add({ path, name: basename(path), refusal: null });
  }
  return files;
}
