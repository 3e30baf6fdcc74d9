import { type Dirent, existsSync } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import type { PlatformHandlers } from '../ipc/handlers/platform';
import type { Grants } from '../services/core/grants';

/**
 * Web mode's picker: lists folders of the machine that runs Fovea, with the permissions of the user who started it and
 * who holds the token. Leaves out hidden files.
 */
export function createBrowsing(grants: Grants): Omit<PlatformHandlers, 'platform.pick'> {
  return {
    'platform.browse': async ({ path }) => {
      const folder = resolve(path ?? homedir());
      const found = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
        throw unreadable(folder, cause);
      });
      const entries = await Promise.all(
        found.filter(({ name }) => !name.startsWith('.')).map((one) => entry(folder, one)),
      );
      const parent = dirname(folder);
      return {
        path: folder,
        parent: parent === folder ? null : parent,
        entries: entries
          .filter((one) => one !== null)
          .sort((a, b) => Number(b.folder) - Number(a.folder) || collator.compare(a.name, b.name)),
      };
    },

    'platform.grant': async ({ path, create }) => {
      const absolute = resolve(path);
      if (create) {
        await mkdir(absolute, { recursive: true }).catch((cause: unknown) => {
          throw new FoveaError('folder_unwritable', `The folder “${basename(absolute)}” cannot be created.`, {
            hint: 'Choose a location you have permission to write to.',
            cause,
          });
        });
      }
      const stats = await stat(absolute).catch(() => null);
      if (stats === null) throw new FoveaError('not_found', `There is no “${basename(absolute)}” here.`);
      return grants.add(absolute);
    },
  };
}

/** Names the missing path relative to its nearest existing ancestor. */
function unreadable(folder: string, cause: unknown): FoveaError {
  let ancestor = dirname(folder);
  while (!existsSync(ancestor) && dirname(ancestor) !== ancestor) ancestor = dirname(ancestor);
  if (existsSync(folder)) {
    return new FoveaError('folder_unreadable', `“${basename(folder) || folder}” cannot be listed.`, {
      hint: 'Choose a folder you have permission to read.',
      cause,
    });
  }
  return new FoveaError(
    'folder_unreadable',
    `There is no “${relative(ancestor, folder)}” in “${basename(ancestor) || ancestor}”.`,
    { hint: 'Check the spelling, or open the parent folder and look for it.', cause },
  );
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Null for anything that is neither a file nor a folder, such as a broken link. */
async function entry(folder: string, one: Dirent): Promise<{ name: string; path: string; folder: boolean } | null> {
  const path = join(folder, one.name);
  const kind = one.isSymbolicLink() ? await stat(path).catch(() => null) : one;
  if (kind === null || !(kind.isDirectory() || kind.isFile())) return null;
  return { name: one.name, path, folder: kind.isDirectory() };
}
