import { close, open } from 'node:fs';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { type Entry, fromFdPromise, type ZipFile } from 'yauzl';
import { FoveaError } from '#shared/ipc/errors';
import type { SkippedFile } from '#shared/models/dataset';
import { isJunkFile } from '../dataset/junk-files';
import { MAX_FILE_BYTES } from '../limits';
import { nativePath } from '../native-path';
import { entryNames, safeEntryName } from './entry-name';

/** Limits on a zip archive, all checked in its directory before anything is unpacked. */
export interface ArchiveLimits {
  readonly entries: number;
  /** Unpacked, all entries together. */
  readonly bytes: number;
  /** Unpacked, one entry. */
  readonly entryBytes: number;
  /** Unpacked bytes per byte of the archive, if it unpacks to more than `ratioFrom` bytes. */
  readonly ratio: number;
  readonly ratioFrom: number;
}

export const archiveLimits: ArchiveLimits = {
  entries: 500_000,
  bytes: 256 * 2 ** 30,
  entryBytes: MAX_FILE_BYTES,
  ratio: 200,
  ratioFrom: 256 * 2 ** 20,
};

/** A file in an archive. Its sizes are those declared by the archive; reading it checks them. */
export interface ArchiveEntry {
  /** Relative, valid on every system, with `/`. */
  readonly name: string;
  readonly bytes: number;
  readonly crc32: number;
}

export interface OpenArchive {
  /** In the order of the archive's directory. */
  readonly entries: readonly ArchiveEntry[];
  /** Entries that are not read; `path` is the entry's name as far as it can be shown. */
  readonly refused: readonly SkippedFile[];
  /** Streams the unpacked bytes; fails if their number differs from the directory's. */
  read(entry: ArchiveEntry): Promise<Readable>;
  close(): void;
}

const UNPACK = 'Unpack the archive and import the folder.';
const UNPACK_LOCKED = 'Unpack the archive with its password and import the folder.';

/** Compression methods in use (APPNOTE 4.4.5). */
const compressionMethods: Readonly<Record<number, string>> = {
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'Zstandard',
  95: 'XZ',
  98: 'PPMd',
};

const UNIX_KIND = 0o170000;
const UNIX_LINK = 0o120000;
const UNIX_FILE = 0o100000;
const UNIX_FOLDER = 0o040000;

function shownName(raw: string): string {
  return raw.replace(/[^\p{L}\p{N} ._/()-]/gu, '_').slice(0, 200);
}

/** Why an entry is not read; null if it is. */
function refusal(entry: Entry, safe: string | null, limits: ArchiveLimits): Omit<SkippedFile, 'path'> | null {
  const kind = (entry.externalFileAttributes >>> 16) & UNIX_KIND;
  if (kind === UNIX_LINK) return { code: 'link', message: 'A link; links are not followed.' };
  if (kind !== 0 && kind !== UNIX_FILE) return { code: 'not_a_file', message: 'Not a regular file.' };
  if (safe === null) return { code: 'unsafe_name', message: 'Its path leads outside the archive or is too long.' };
  if (entry.isEncrypted()) return { code: 'encrypted', message: `It is password-protected. ${UNPACK_LOCKED}` };
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    const method = compressionMethods[entry.compressionMethod] ?? `method ${entry.compressionMethod}`;
    return {
      code: 'unsupported_compression',
      message: `It is compressed with ${method}, which Fovea does not support. ${UNPACK}`,
    };
  }
  if (entry.compressionMethod === 0 && entry.compressedSize !== entry.uncompressedSize) {
    return { code: 'damaged', message: 'The archive is damaged here: the sizes of this file contradict each other.' };
  }
  if (entry.uncompressedSize > limits.entryBytes) {
    return { code: 'too_large', message: 'The file exceeds Fovea’s size limit.' };
  }
  return null;
}

/** Converts a yauzl error: the archive is damaged unless the error names encryption or multiple disks. */
function unreadableArchive(cause: unknown): FoveaError {
  const reason = cause instanceof Error ? cause.message : '';
  if (reason.includes('strong encryption')) {
    return new FoveaError('encrypted', 'The archive is password-protected.', { hint: UNPACK_LOCKED, cause });
  }
  if (reason.includes('multi-disk')) {
    return new FoveaError('unsupported_archive', 'This is one part of a multi-part archive.', {
      hint: 'Unpack all parts with the program that created them, and import the folder.',
      cause,
    });
  }
  return new FoveaError('damaged', 'The archive is damaged: its directory could not be read.', {
    hint: 'Copy or download it again, or unpack it yourself and import the folder.',
    cause,
  });
}

function bomb(message: string): FoveaError {
  return new FoveaError('too_large', message, { hint: 'Unpack it yourself and import the folder.' });
}

/** Sums of the directory, checked against the archive's own size. */
class Budget {
  readonly #limits: ArchiveLimits;
  readonly #archiveBytes: number;
  #packed = 0;
  #unpacked = 0;

  constructor(limits: ArchiveLimits, archiveBytes: number) {
    this.#limits = limits;
    this.#archiveBytes = archiveBytes;
  }

  add({ compressedSize, uncompressedSize }: Entry): void {
    const { bytes, ratio, ratioFrom } = this.#limits;
    this.#packed += compressedSize;
    this.#unpacked += uncompressedSize;
    // Overlapping entries let a small archive unpack to petabytes.
    if (this.#packed > this.#archiveBytes) throw bomb('The archive declares more content than it has bytes.');
    if (this.#unpacked > bytes) throw bomb(`The archive unpacks to more than ${Math.round(bytes / 2 ** 30)} GiB.`);
    if (this.#unpacked > ratioFrom && this.#unpacked > ratio * this.#archiveBytes) {
      throw bomb(`The archive unpacks to more than ${ratio} times its size.`);
    }
  }
}

const openFile = promisify(open);
const closeFile = promisify(close);

async function openZip(path: string): Promise<ZipFile> {
  const unreadable = (cause: unknown) => new FoveaError('unreadable', 'The archive could not be opened.', { cause });
  const file = await openFile(nativePath(path), 'r').catch((error: unknown) => {
    throw unreadable(error);
  });
  try {
    return await fromFdPromise(file, { autoClose: false, lazyEntries: true, decodeStrings: false });
  } catch (error) {
    await closeFile(file).catch(() => {});
    throw error instanceof Error && 'code' in error ? unreadable(error) : unreadableArchive(error);
  }
}

async function readDirectory(
  zip: ZipFile,
  limits: ArchiveLimits,
  signal: AbortSignal | undefined,
): Promise<{ readonly files: Map<string, Entry>; readonly refused: SkippedFile[] }> {
  if (zip.entryCount > limits.entries) throw bomb(`The archive has more than ${limits.entries} files.`);
  const budget = new Budget(limits, zip.fileSize);
  const files = new Map<string, Entry>();
  const refused: SkippedFile[] = [];
  // yauzl rejects the whole archive for one stored file with two sizes, such as an encrypted one; `refusal` reports it
  // instead.
  zip.validateEntrySizes = false;
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) {
    signal?.throwIfAborted();
    budget.add(entry);
    entries.push(entry);
  }
  const nameOf = entryNames(entries);
  for (const entry of entries) {
    const raw = nameOf(entry);
    const kind = (entry.externalFileAttributes >>> 16) & UNIX_KIND;
    if (raw.endsWith('/') || kind === UNIX_FOLDER) continue;
    const safe = safeEntryName(raw);
    if (raw.split('/').some((part) => part !== '.' && part !== '..' && isJunkFile(part))) continue;
    const reason = refusal(entry, safe, limits);
    if (reason !== null || safe === null) {
      refused.push({ path: shownName(raw), code: 'unsafe_name', message: '', ...reason });
    } else if (files.has(safe)) {
      refused.push({ path: safe, code: 'duplicate_name', message: 'The archive has another file of this name.' });
    } else files.set(safe, entry);
  }
  // Reading checks the sizes.
  zip.validateEntrySizes = true;
  return { files, refused };
}

/**
 * Opens a zip archive and reads its directory. Archives inside it are ordinary files and are not opened.
 * @throws FoveaError `unreadable`, `damaged`, `encrypted`, `unsupported_archive`, `too_large` (too many files, or a zip
 * bomb); the signal's reason if aborted
 */
export async function openArchive(
  path: string,
  options: { readonly limits?: ArchiveLimits; readonly signal?: AbortSignal | undefined } = {},
): Promise<OpenArchive> {
  const { limits = archiveLimits, signal } = options;
  const zip = await openZip(path);
  // Without a listener, an error of an abandoned stream would end the process.
  zip.on('error', () => {});
  try {
    const { files, refused } = await readDirectory(zip, limits, signal);
    return {
      entries: [...files].map(([name, { uncompressedSize, crc32 }]) => ({ name, bytes: uncompressedSize, crc32 })),
      refused,
      async read({ name, bytes, crc32 }) {
        const entry = files.get(name);
        if (entry === undefined || entry.uncompressedSize !== bytes || entry.crc32 !== crc32) {
          throw new FoveaError('file_changed', 'The archive has changed since it was scanned.');
        }
        return zip.openReadStreamPromise(entry);
      },
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    if (error instanceof FoveaError || signal?.aborted === true) throw error;
    throw unreadableArchive(error);
  }
}
