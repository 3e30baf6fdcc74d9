import { posix } from 'node:path';
import { toErrorInfo } from '#shared/ipc/errors';
import type { SkippedFile } from '#shared/models/dataset';
import { pathExists } from '../native-path';
import { readWholeFile } from '../read-file';

/** A DICOMDIR found by a scan, on disk or in an archive. */
export interface MediaDirectory {
  /** Its path; in an archive, appended to the archive's path. */
  readonly path: string;
  readonly read: () => Promise<Uint8Array>;
  /** Whether a file exists, with `path` as above. */
  readonly has: (path: string) => Promise<boolean>;
}

/** Reads the File IDs in a DICOMDIR, in the process that handles untrusted bytes. */
export type ReadMediaDirectory = (bytes: Uint8Array) => Promise<readonly string[]>;

/** The DICOMDIR of a hundred thousand files has about 40 MB. */
export const MAX_DIRECTORY_BYTES = 64 * 2 ** 20;
/** Maximum missing files listed for one DICOMDIR. */
const MAX_LISTED = 1000;
/** Up to eight components of eight characters (PS3.10, 8.2), and room for less strict discs. */
const MAX_NAME_LENGTH = 200;

/** File IDs are in capitals; systems show a disc's names in either case. */
const folded = (path: string): string => path.toLowerCase();

export function mediaDirectoryOnDisk(path: string, seen: { has(path: string): boolean }): MediaDirectory {
  return {
    path,
    read: () => readWholeFile(path),
    // If only the DICOMDIR was selected, the files beside it were not scanned.
    has: async (file) =>
      seen.has(folded(file)) || (await pathExists(file)) || (await pathExists(inLowerCase(path, file))),
  };
}

export function mediaDirectoryInArchive(
  archive: string,
  { name, bytes }: { readonly name: string; readonly bytes: Uint8Array },
  names: readonly string[],
): MediaDirectory {
  const present = new Set(names.map((one) => folded(`${archive}/${one}`)));
  return {
    path: `${archive}/${name}`,
    read: async () => bytes,
    has: async (file) => present.has(folded(file)),
  };
}

/** Folds the case of the paths of a walk. */
export function foldedPaths(paths: Iterable<string>): ReadonlySet<string> {
  return new Set([...paths].map(folded));
}

function inLowerCase(directory: string, file: string): string {
  const folder = posix.dirname(directory);
  return posix.join(folder, posix.relative(folder, file).toLowerCase());
}

/** Comparison of a DICOMDIR with the files beside it. */
export interface MediaSet {
  /** Files that it names but that are missing; or why they could not be compared. */
  readonly missing: readonly SkippedFile[];
  /** Folders beside it, in lower case, that contain the files it names; null if unknown. */
  readonly folders: ReadonlySet<string> | null;
}

export async function readMediaSet(directory: MediaDirectory, readNames: ReadMediaDirectory): Promise<MediaSet> {
  const unknown = (code: string, message: string) => ({ missing: [unread(directory, code, message)], folders: null });
  try {
    const bytes = await directory.read();
    if (bytes.length > MAX_DIRECTORY_BYTES) return unknown('too_large', 'It exceeds Fovea’s size limit.');
    const names = await readNames(bytes);
    const folders = new Set(names.flatMap((name) => (name.includes('/') ? folded(name.split('/')[0] as string) : [])));
    return { missing: await missingFiles(directory, names), folders };
  } catch (error) {
    const { code, message } = toErrorInfo(error);
    return unknown(code, message);
  }
}

async function missingFiles(directory: MediaDirectory, names: readonly string[]): Promise<SkippedFile[]> {
  const folder = posix.dirname(directory.path);
  const missing: string[] = [];
  for (const name of names) {
    const inside = name.length <= MAX_NAME_LENGTH && !name.split('/').includes('..');
    if (!inside || !(await directory.has(posix.join(folder, name)))) missing.push(name);
  }
  const listed = missing.slice(0, MAX_LISTED).map((name) => ({
    path: posix.join(
      folder,
      name
        .replace(/[^\p{L}\p{N} ./_-]/gu, '_')
        .replaceAll('..', '_')
        .slice(0, MAX_NAME_LENGTH),
    ),
    code: 'missing',
    message: 'The DICOMDIR lists this file, but it is missing: the copy of the disc is incomplete.',
  }));
  const more = missing.length - listed.length;
  return more === 0
    ? listed
    : [...listed, { path: directory.path, code: 'missing', message: `It lists ${more} more missing files.` }];
}

function unread({ path }: MediaDirectory, code: string, message: string): SkippedFile {
  return { path, code, message: `The DICOMDIR was not compared with the files beside it. ${message}` };
}
