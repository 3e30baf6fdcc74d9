import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import { openFailure } from '../../ingest/dataset/walk';
import { nativePath, pathFromUser, readFolder } from '../../ingest/native-path';

export interface GivenFile {
  /** Absolute path. */
  readonly path: string;
  /** Name for people: the file name, preceded by the path from the given folder. */
  readonly name: string;
  /** Why this file or folder could not be opened; null for a file that may be read. */
  readonly refusal: { readonly code: string; readonly message: string } | null;
}

/** More files than this should be imported, not dropped. */
const MAX_FILES = 100_000;

/**
 * Lists dropped files, and the files in dropped folders at any depth, by name. Links and hidden files inside folders
 * are left out. Missing paths and folders that cannot be opened stay in the list, to be reported in their predictions.
 * Throws `too_many_files`.
 */
export async function givenFiles(paths: readonly string[]): Promise<GivenFile[]> {
  const files: GivenFile[] = [];
  const add = (file: GivenFile): void => {
    if (files.length >= MAX_FILES) {
      throw new FoveaError('too_many_files', `More than ${MAX_FILES} files at once.`, {
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
