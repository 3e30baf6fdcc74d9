import { closeSync, openSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** A range of bytes in a pack, with its CRC-32. */
export interface Span {
  readonly offset: number;
  readonly length: number;
  readonly checksum: number;
}

/** Where the next bytes of a pack belong. The file exists. */
export interface PackEnd {
  /** Absolute path. */
  readonly file: string;
  readonly offset: number;
}

/** A result with the new end of the pack, or the code of the file system's error, such as ENOSPC. */
export type Appended<Result> = (Result & { readonly end: number }) | { readonly writeError: string };

/**
 * Writes records one after another, without flushing them: they are stored once the pack is flushed and their spans are
 * recorded. Bytes behind `offset`, of an append that was never recorded, are overwritten.
 */
export function append(
  { file, offset }: PackEnd,
  records: readonly Uint8Array[],
): Appended<{ readonly spans: readonly Span[] }> {
  const spans: Span[] = [];
  let end = offset;
  try {
    const handle = openSync(file, 'r+');
    try {
      for (const bytes of records) {
        for (let done = 0; done < bytes.length; )
          done += writeSync(handle, bytes, done, bytes.length - done, end + done);
        spans.push({ offset: end, length: bytes.length, checksum: crc32(bytes) });
        end += bytes.length;
      }
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) throw error;
    return { writeError: error.code };
  }
  return { spans, end };
}
