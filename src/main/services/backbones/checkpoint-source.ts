import { copyFile, link, mkdir, realpath, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import { CONFIG, INDEX, MODEL } from '../../engine-host/models/checkpoint-format';
import { processorFiles } from '../../engine-host/models/image-processor';
import { type ArchiveEntry, type ArchiveLimits, openArchive } from '../../ingest/archive/open-archive';
import { unpackEntry } from '../../ingest/archive/unpack-entry';
import { INCOMING, makeScratch } from '../../process/scratch';
import { isDocument } from './model-card';

/** A folder with the files of a checkpoint, ready to be checked. */
export interface CheckpointSource {
  readonly folder: string;
  /** Name suggested by what a person gave; null for single files. */
  readonly name: string | null;
  /** Removes what was unpacked or linked. */
  dispose(): Promise<void>;
}

interface UnpackOptions {
  readonly signal?: AbortSignal | undefined;
  /** In bytes, while an archive is unpacked. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Weights hardly compress, so a checkpoint that unpacks to many times its size is none. */
export const checkpointLimits: ArchiveLimits = {
  entries: 10_000,
  bytes: 40 * 2 ** 30,
  entryBytes: 20 * 2 ** 30,
  ratio: 50,
  ratioFrom: 64 * 2 ** 20,
};

const SHARD = /^[\w.-]+\.safetensors$/;

/** Files that Fovea reads, and those that travel with them. */
const belongs = (file: string): boolean =>
  file === CONFIG || file === INDEX || processorFiles.includes(file) || SHARD.test(file) || isDocument(file);

const notACheckpoint = (message: string) =>
  new FoveaError('backbone_invalid', message, {
    hint: 'Choose the folder of a Hugging Face model, a zip archive of it, or its files together: config.json, model.safetensors and preprocessor_config.json.',
  });

/**
 * Turns what a person chose into a folder: a folder as it is, a zip archive unpacked below `store`, single files linked
 * there. Archives are untrusted: links, paths that lead outside, passwords and bombs are refused.
 *
 * @throws FoveaError `backbone_missing`, `backbone_invalid`, and the errors of `openArchive` and `unpackEntry`
 */
export async function gatherCheckpoint(
  paths: readonly string[],
  store: string,
  options: UnpackOptions = {},
): Promise<CheckpointSource> {
  const [first, ...more] = paths;
  if (first === undefined) throw notACheckpoint('Nothing was chosen.');
  const status = await stat(first).catch((cause: unknown) => {
    throw new FoveaError('backbone_missing', 'The backbone cannot be opened.', {
      hint: 'Check that it still exists and that you have permission to read it.',
      cause,
    });
  });
  if (status.isDirectory()) {
    if (more.length > 0) throw notACheckpoint('Several folders were chosen. Import one checkpoint at a time.');
    return { folder: first, name: basename(first), dispose: async () => {} };
  }
  await mkdir(store, { recursive: true });
  const folder = await makeScratch(store, INCOMING);
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    if (more.length === 0 && /\.zip$/i.test(first)) {
      await unpackCheckpoint(first, folder, options);
      return { folder, name: basename(first).replace(/\.zip$/i, ''), dispose };
    }
    await linkFiles(paths, folder);
    return { folder, name: null, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function linkFiles(paths: readonly string[], folder: string): Promise<void> {
  const unknown = paths.map((path) => basename(path)).find((name) => !belongs(name));
  if (unknown !== undefined) throw notACheckpoint(`${unknown.slice(0, 100)} is not a file of a checkpoint.`);
  for (const path of paths) {
    const target = join(folder, basename(path));
    // Another disk, or one without links.
    await link(await realpath(path), target).catch(() => copyFile(path, target));
  }
}

const folderOf = (name: string) => name.slice(0, name.lastIndexOf('/') + 1);

/** The files of the only checkpoint in an archive: those beside its only `config.json` that has weights. */
function checkpointEntries(entries: readonly ArchiveEntry[]): ArchiveEntry[] {
  const isConfig = ({ name }: ArchiveEntry) => basename(name) === CONFIG;
  const hasWeights = (folder: string) =>
    entries.some(({ name }) => name === `${folder}${MODEL}` || name === `${folder}${INDEX}`);
  const folders = entries
    .filter(isConfig)
    .map(({ name }) => folderOf(name))
    .filter(hasWeights);
  const [folder, ...others] = folders;
  if (folder === undefined) {
    throw notACheckpoint(
      entries.some(isConfig)
        ? `The archive has no ${MODEL} beside a ${CONFIG}.`
        : `The archive contains no checkpoint: there is no ${CONFIG} in it.`,
    );
  }
  if (others.length > 0) throw notACheckpoint(`The archive contains ${folders.length} checkpoints.`);
  return entries.filter(({ name }) => folderOf(name) === folder && belongs(basename(name)));
}

async function unpackCheckpoint(path: string, folder: string, { signal, onProgress }: UnpackOptions): Promise<void> {
  const archive = await openArchive(path, { limits: checkpointLimits, signal });
  try {
    const refused = archive.refused.find((one) => belongs(basename(one.path)));
    if (refused !== undefined) {
      throw notACheckpoint(`${refused.path.slice(0, 100)} in the archive cannot be used. ${refused.message}`);
    }
    const wanted = checkpointEntries(archive.entries);
    const total = wanted.reduce((sum, { bytes }) => sum + bytes, 0);
    let before = 0;
    for (const entry of wanted) {
      await unpackEntry(archive, entry, join(folder, basename(entry.name)), {
        signal,
        onBytes: (bytes) => onProgress?.(before + bytes, total),
      });
      before += entry.bytes;
    }
  } finally {
    archive.close();
  }
}
