import { open } from 'node:fs/promises';
import type { FileIdentity } from '#shared/identity/file-identity';
import { classifyHead, HEAD_BYTES } from './classify';
import { readIdentity } from './dicom/facts';
import { parseDicom } from './dicom/parse';
import { readWholeFile } from './read-file';

/** Patient, study and series stand before the pixels; few files have more than this in front of them. */
const FIRST_BYTES = 1024 * 1024;

/**
 * Who and what a DICOM file shows; null for other files. Reads the beginning of a file, and all of it only where the
 * beginning does not reach as far as the series. Errors are those of `parseDicom` and `readWholeFile`.
 */
export async function readFileIdentity(path: string): Promise<FileIdentity | null> {
  const { head, size } = await readHead(path);
  if (classifyHead(head.subarray(0, HEAD_BYTES), size) !== 'dicom') return null;
  if (size > head.length) {
    const found = tryHead(head);
    if (found !== null) return found;
  }
  return readIdentity(parseDicom(size > head.length ? await readWholeFile(path) : head).dataSet);
}

/** A deflated data set, for one, cannot be read in part. */
function tryHead(head: Buffer): FileIdentity | null {
  try {
    const identity = readIdentity(parseDicom(head).dataSet);
    return identity.series === null ? null : identity;
  } catch {
    return null;
  }
}

async function readHead(path: string): Promise<{ readonly head: Buffer; readonly size: number }> {
  const file = await open(path, 'r').catch(() => null);
  // What is wrong with it, reading all of it says.
  if (file === null) return { head: await readWholeFile(path), size: 0 };
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(Math.min(size, FIRST_BYTES));
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return { head: head.subarray(0, bytesRead), size };
  } finally {
    await file.close();
  }
}
