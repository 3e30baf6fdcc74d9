import { open } from 'node:fs/promises';
import type { FileIdentity } from '#shared/identity/file-identity';
import { classifyHead, HEAD_BYTES } from './classify';
import { readIdentity } from './dicom/facts';
import { parseDicom } from './dicom/parse';
import { nativePath } from './native-path';
import { readWholeFile } from './read-file';

/**
 * Patient, study and series stand before the pixels: in most files within the first step, in few behind the second. On
 * a network share, what is read is what it costs.
 */
const FIRST_BYTES = [64 * 1024, 1024 * 1024];

/** SeriesInstanceUID, the last element that is needed. */
const LAST_TAG = 'x0020000e';

/**
 * Who and what a DICOM file shows; null for other files. Reads the beginning of a file, and all of it only where the
 * beginning does not reach as far as the series. Errors are those of `parseDicom` and `readWholeFile`.
 */
export async function readFileIdentity(path: string): Promise<FileIdentity | null> {
  for (const bytes of FIRST_BYTES) {
    const start = await readStart(path, bytes);
    // What is wrong with the file, reading all of it says.
    if (start === null) break;
    if (classifyHead(start.bytes.subarray(0, HEAD_BYTES), start.fileBytes) !== 'dicom') return null;
    if (start.bytes.length >= start.fileBytes) break;
    const found = identityOfStart(start.bytes);
    if (found !== null) return found;
  }
  const whole = await readWholeFile(path);
  return classifyHead(whole.subarray(0, HEAD_BYTES), whole.length) === 'dicom'
    ? readIdentity(parseDicom(whole).dataSet)
    : null;
}

/** Null where the bytes do not reach behind the series; a deflated data set, for one, cannot be read in part. */
function identityOfStart(bytes: Buffer): FileIdentity | null {
  try {
    const { dataSet } = parseDicom(bytes);
    const tags = Object.keys(dataSet.elements);
    // In a file that keeps the order (PS3.5, 7.1), one behind the series says that all that is needed was read.
    const isOrdered = tags.every((tag, index) => index === 0 || tag > (tags[index - 1] ?? ''));
    return isOrdered && (tags.at(-1) ?? '') > LAST_TAG ? readIdentity(dataSet) : null;
  } catch {
    return null;
  }
}

/** The first bytes of a file and its size; null where it cannot be opened. */
async function readStart(path: string, most: number): Promise<{ bytes: Buffer; fileBytes: number } | null> {
  const file = await open(nativePath(path), 'r').catch(() => null);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    const bytes = Buffer.allocUnsafe(Math.min(size, most));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return { bytes: bytes.subarray(0, bytesRead), fileBytes: size };
  } finally {
    await file.close();
  }
}
