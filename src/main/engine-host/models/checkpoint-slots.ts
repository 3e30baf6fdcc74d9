import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isMissing, isPresent } from '../core/file-errors';

/** A checkpoint that is replaced again and again, with the versions of it that stay on disk. */
export interface CheckpointSlot {
  /** The newest version. */
  readonly folder: string;
  /** Where versions lie, newest first. The last place is only used while a newer version moves in. */
  readonly versions: readonly string[];
  /** Where the next version is written. */
  readonly incoming: string;
}

const slot = (checkpoints: string, name: string, older: readonly string[]): CheckpointSlot => {
  const folder = join(checkpoints, name);
  return {
    folder,
    versions: [folder, ...older.map((one) => join(checkpoints, one)), `${folder}.previous`],
    incoming: `${folder}.incoming`,
  };
};

/** Where a run goes on from, whole, and the save before it, for a disk that loses a file. */
export const lastSlot = (runFolder: string): CheckpointSlot => slot(join(runFolder, 'checkpoints'), 'last', ['before']);
/** What a run is there for; it only predicts. */
export const bestSlot = (runFolder: string): CheckpointSlot => slot(join(runFolder, 'checkpoints'), 'best', []);

export const lastFolder = (runFolder: string): string => lastSlot(runFolder).folder;
export const beforeFolder = (runFolder: string): string => join(runFolder, 'checkpoints', 'before');
export const bestFolder = (runFolder: string): string => bestSlot(runFolder).folder;

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: unknown) => {
      if (isMissing(error)) return false;
      throw error;
    },
  );

/** Makes renames durable. Windows cannot open folders; there the file system's journal has to do. */
export async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Tidies up after a kill: versions move up into the places that it left empty, what was half written or on its way out
 * goes. Only for the process that trains the run: another would take a folder away that is being written.
 */
export async function settleSlot({ versions, incoming }: CheckpointSlot): Promise<void> {
  const present: string[] = [];
  for (const version of versions) if (await exists(version)) present.push(version);
  const places = versions.slice(0, -1);
  for (const [index, version] of present.entries()) {
    const place = places[index];
    if (place === undefined) await rm(version, { recursive: true, force: true });
    else if (place !== version) await rename(version, place);
  }
  await rm(incoming, { recursive: true, force: true });
}

/** An empty folder for the next version, in a run folder that is there: where a project was moved away, none is made. */
export async function openSlot(slot: CheckpointSlot): Promise<void> {
  await mkdir(dirname(slot.folder)).catch((error: unknown) => {
    if (!isPresent(error)) throw error;
  });
  await settleSlot(slot);
  await mkdir(slot.incoming);
}

/**
 * Puts the version that was written into its place: every older one moves one place on, the oldest goes. A kill at any
 * moment leaves each version whole under one of the slot's names, and `settleSlot` brings them back in order.
 */
export async function closeSlot({ folder, versions, incoming }: CheckpointSlot): Promise<void> {
  for (let to = versions.length - 1; to > 0; to -= 1) {
    const [from, place] = [versions[to - 1] as string, versions[to] as string];
    await rename(from, place).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  }
  await rename(incoming, folder);
  await flushFolder(dirname(folder));
  await rm(versions.at(-1) as string, { recursive: true, force: true });
}
