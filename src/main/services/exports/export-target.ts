import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import { INCOMING, makeScratch, sweepScratch } from '../../process/scratch';
import { toStoreError } from '../../store/errors';
import { makeFolders } from '../core/make-folders';
import { folderName } from '../project/projects';

/**
 * `parent`: folder for a new folder of the export. `folder`: the folder of the export, which must be empty or missing.
 */
export type ExportTarget = { readonly parent: string } | { readonly folder: string };

/** Returns the folder of an export. Throws `folder_not_empty`. */
export async function finalFolder(target: ExportTarget, name: string): Promise<string> {
  if ('folder' in target) {
    const present = await readdir(target.folder).catch(() => []);
    const isFile = (await stat(target.folder).catch(() => null))?.isDirectory() === false;
    if (isFile || present.length > 0) {
      throw new FoveaError('folder_not_empty', 'The export folder is not empty.', {
        hint: 'Choose a new or empty folder.',
      });
    }
    return target.folder.replace(/[/\\]+$/, '');
  }
  const base = join(target.parent, folderName(name).replaceAll(' ', '-'));
  for (let number = 1; ; number++) {
    const folder = number === 1 ? base : `${base}-${number}`;
    if (!existsSync(folder)) return folder;
  }
}

/**
 * Creates a temporary folder beside the final one, to be renamed once it is complete. Deletes those of killed exports
 * first.
 */
export async function makeIncoming(final: string): Promise<string> {
  const parent = dirname(final);
  try {
    await makeFolders(parent);
    await sweepScratch(parent, INCOMING);
    return await makeScratch(parent, INCOMING, 0o777);
  } catch (error) {
    throw toStoreError(error);
  }
}
