import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import { type ArchiveEntry, type OpenArchive, openArchive } from '../../ingest/archive/open-archive';
import { unpackEntry } from '../../ingest/archive/unpack-entry';
import { makeScratch } from '../../process/scratch';
import { toStoreError } from '../../store/errors';
import { makeProjectFolders } from '../project/project-folders';
import { unpackingFolder } from '../project/project-paths';

/** A file unpacked for the decoder; deleted by `remove`. */
export interface UnpackedFile {
  readonly path: string;
  /** SHA-256, lower-case hex. */
  readonly hash: string;
  remove(): Promise<void>;
}

/** Unpacks single files of archives into the project's cache for the duration of an import. */
export interface Unpacker {
  /**
   * Throws `damaged` and `file_changed` for faults of the archive, `disk_full` and `project_unwritable` for those of
   * the project's disk.
   */
  unpack(archive: string, entry: ArchiveEntry): Promise<UnpackedFile>;
  dispose(): Promise<void>;
}

/** Archives open at once. */
const MAX_OPEN_ARCHIVES = 8;

interface OpenedArchive {
  readonly opening: Promise<OpenArchive>;
  uses: number;
}

export function createUnpacker(folder: string): Unpacker {
  const parent = unpackingFolder(folder);
  const opened = new Map<string, OpenedArchive>();
  let scratch: Promise<string> | null = null;

  const makePlace = async (): Promise<string> => {
    try {
      await makeProjectFolders(folder, parent);
      return await makeScratch(parent, 'import');
    } catch (error) {
      throw toStoreError(error);
    }
  };

  /** Opens an archive once; idle ones are closed when too many are open. */
  const acquire = (archive: string): OpenedArchive => {
    let one = opened.get(archive);
    if (one === undefined) {
      one = { opening: openArchive(archive), uses: 0 };
      one.opening.catch(() => opened.delete(archive));
      opened.set(archive, one);
    }
    one.uses += 1;
    for (const [path, other] of opened) {
      if (opened.size <= MAX_OPEN_ARCHIVES) break;
      if (other.uses > 0) continue;
      opened.delete(path);
      void other.opening.then((open) => open.close());
    }
    return one;
  };

  return {
    async unpack(archive, entry) {
      scratch ??= makePlace();
      const path = join(await scratch, randomUUID());
      const one = acquire(archive);
      try {
        const hash = await unpackEntry(await one.opening, entry, path);
        return { path, hash, remove: () => rm(path, { force: true }).catch(() => {}) };
      } catch (error) {
        await rm(path, { force: true }).catch(() => {});
        throw error instanceof FoveaError ? error : toStoreError(error);
      } finally {
        one.uses -= 1;
      }
    },
    async dispose() {
      for (const { opening } of opened.values()) await opening.then((open) => open.close()).catch(() => {});
      opened.clear();
      const made = await scratch?.catch(() => null);
      if (made !== undefined && made !== null) await rm(made, { recursive: true, force: true }).catch(() => {});
    },
  };
}
