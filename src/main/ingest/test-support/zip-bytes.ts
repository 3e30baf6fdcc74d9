import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

export interface ZipEntry {
  readonly name: string;
  readonly content: Uint8Array | string;
  /** Unix mode including the file type; a plain file by default. */
  readonly mode?: number;
  readonly compress?: boolean;
}

/** Builds a zip archive in memory. */
export async function zipBytes(entries: readonly ZipEntry[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { name, content, mode = 0o100644, compress = true } of entries) {
    zip.addBuffer(Buffer.from(content), name, { mode, compress });
  }
  zip.end();
  return buffer(zip.outputStream);
}

/** Replaces a text everywhere in an archive by another of the same length, to create names that no tool writes. */
export function renameInZip(zip: Buffer, from: string, to: string): Buffer {
  if (from.length !== to.length) throw new Error('both names must be of one length');
  return Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1');
}
