import { constants, copyFile, open, rename, rm } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { inTurn } from '#shared/async/in-turn';
import { hashFile } from '../../engine-host/models/tensor-files';
import { nativePath, plainName } from '../../ingest/native-path';
import { toStoreError } from '../../store/errors';
import { makeProjectFolders } from '../project/project-folders';
import { imagesFolder } from '../project/project-paths';

/** SHA-256 of a file in lower-case hex; null if it cannot be read. */
export const hashOrNull = (path: string): Promise<string | null> => hashFile(nativePath(path)).catch(() => null);

/** Copies sources into `<project>/images`. */
export interface Copier {
  /**
   * Returns the copy's path relative to `images`, with `/`. If a different file has the name, the hash is added to it.
   * Null if the source can no longer be read or differs from what was decoded. Throws `disk_full`,
   * `project_unwritable`.
   */
  copy(source: string, relativePath: string, hash: string): Promise<string | null>;
}

/** Copies one file at a time: two sources may need the same name, and a disk copies no faster in parallel. */
export function createCopier(folder: string): Copier {
  const inOrder = inTurn();
  return {
    copy: (source, relativePath, hash) => inOrder(() => copySource(folder, source, relativePath, hash)),
  };
}

async function copySource(folder: string, source: string, relativePath: string, hash: string): Promise<string | null> {
  const plain = plainName(relativePath);
  const { dir, name, ext } = posix.parse(plain);
  const marked = posix.join(dir, `${name} (${hash.slice(0, 8)})${ext}`);
  for (const candidate of [plain, marked]) {
    const target = join(imagesFolder(folder), ...candidate.split('/'));
    const present = await hashOrNull(target);
    if (present === hash) return candidate;
    if (present !== null) continue;
    if ((await hashOrNull(source)) !== hash) return null;
    const temporary = `${target}.${process.pid}.part`;
    try {
      await makeProjectFolders(folder, dirname(target));
      await copyFile(nativePath(source), temporary, constants.COPYFILE_FICLONE);
      const handle = await open(temporary, 'r+');
      await handle.sync().finally(() => handle.close());
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw toStoreError(error);
    }
    return candidate;
  }
  return marked;
}
