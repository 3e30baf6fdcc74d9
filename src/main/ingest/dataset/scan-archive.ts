import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { toErrorInfo } from '#shared/ipc/errors';
import type { ImageKind, SkippedFile } from '#shared/models/dataset';
import { type ArchiveEntry, type OpenArchive, openArchive } from '../archive/open-archive';
import { HEAD_BYTES } from '../classify';
import { MAX_DIRECTORY_BYTES } from './media-directories';
import { describeHead } from './read-head';

/**
 * By extension, because other documents are zip archives too, and images in a spreadsheet are not part of a dataset.
 */
export const ARCHIVE_NAME = /\.zip$/i;

/** An image in an archive, recognised by its first bytes. */
export interface ArchivedImage {
  readonly entry: ArchiveEntry;
  readonly kind: ImageKind;
}

export interface ArchiveContent {
  readonly images: readonly ArchivedImage[];
  readonly mediaDirectories: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** Names of all its files. */
  readonly names: readonly string[];
}

/** Reads a whole DICOMDIR; empty if it is too large or cannot be unpacked, which parsing it reports. */
const wholeEntry = (archive: OpenArchive, entry: ArchiveEntry): Promise<Uint8Array> =>
  entry.bytes > MAX_DIRECTORY_BYTES
    ? Promise.resolve(new Uint8Array())
    : archive.read(entry).then(buffer, () => new Uint8Array());

async function firstBytes(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length >= HEAD_BYTES) break;
    }
  } finally {
    stream.destroy();
  }
  return Buffer.concat(chunks).subarray(0, HEAD_BYTES);
}

/**
 * Classifies every file of an archive by its first bytes. Reports files that are not images to `onSkip`, with their
 * paths in the archive.
 */
export async function scanArchive(
  path: string,
  signal: AbortSignal | undefined,
  onSkip: (skip: SkippedFile) => void,
): Promise<ArchiveContent> {
  let archive: OpenArchive;
  try {
    archive = await openArchive(path, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    const { code, message, hint } = toErrorInfo(error);
    onSkip({ path: '', code, message: hint === null ? message : `${message} ${hint}` });
    return { images: [], mediaDirectories: [], names: [] };
  }
  const images: ArchivedImage[] = [];
  const mediaDirectories: { readonly name: string; readonly bytes: Uint8Array }[] = [];
  try {
    for (const refused of archive.refused) onSkip(refused);
    for (const entry of archive.entries) {
      signal?.throwIfAborted();
      const bytes = await archive
        .read(entry)
        .then(firstBytes)
        .catch(() => null);
      if (bytes === null) {
        onSkip({
          path: entry.name,
          code: 'damaged',
          message: 'It could not be unpacked: the archive is damaged here.',
        });
        continue;
      }
      const head = describeHead(bytes, entry.bytes);
      if (head.mediaDirectory) mediaDirectories.push({ name: entry.name, bytes: await wholeEntry(archive, entry) });
      else if (head.kind !== null) images.push({ entry, kind: head.kind });
      else if (head.archive && ARCHIVE_NAME.test(entry.name)) {
        onSkip({
          path: entry.name,
          code: 'nested_archive',
          message: 'Archives inside archives are not opened. Unpack the outer one and import the folder.',
        });
      } else onSkip({ path: entry.name, code: 'not_an_image', message: head.reason });
    }
  } finally {
    archive.close();
  }
  return { images, mediaDirectories, names: archive.entries.map(({ name }) => name) };
}
