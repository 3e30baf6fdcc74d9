import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isMissing, isPresent } from '../core/file-errors';

/** A checkpoint that is replaced repeatedly, with the versions kept on disk. */
export interface CheckpointSlot {
  /** The newest version. */
  readonly folder: string;
  /** Folders of the versions, newest first. The last is used only during a replacement. */
  readonly versions: readonly string[];
  /** Folder that the next version is written to. */
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

/** The complete state that a run resumes from, and the save before it in case the disk loses a file. */
export const lastSlot = (runFolder: string): CheckpointSlot => slot(join(runFolder, 'checkpoints'), 'last', ['before']);
/** The best model of a run, which only predicts. */
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

/** Makes renames durable. Windows cannot open folders and relies on the file system's journal. */
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
 * Repairs a slot after a kill: versions move up into empty places, and incomplete or superseded versions are deleted.
 * Only for the process that trains the run: another would delete a folder that is being written.
 */
export async function repairSlot({ versions, incoming }: CheckpointSlot): Promise<void> {
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

/** Creates an empty folder for the next version. Does not create the run folder: the project may have been moved. */
export async function openSlot(slot: CheckpointSlot): Promise<void> {
  await mkdir(dirname(slot.folder)).catch((error: unknown) => {
    if (!isPresent(error)) throw error;
  });
  await repairSlot(slot);
  await mkdir(slot.incoming);
}

/**
 * Makes the incoming version the newest: each older one moves back one place, and the oldest is deleted. A kill at any
 * moment leaves each version complete under one of the slot's names, and `repairSlot` restores their order.
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
