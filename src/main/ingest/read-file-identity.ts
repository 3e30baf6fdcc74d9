import { open } from 'node:fs/promises';
import type { FileIdentity } from '#shared/identity/file-identity';
import { classifyHead, HEAD_BYTES } from './classify';
import { readIdentity } from './dicom/facts';
import { parseDicom } from './dicom/parse';
import { nativePath } from './native-path';
import { readWholeFile } from './read-file';

/**
 * Bytes read in each attempt. Patient, study and series precede the pixels: in maxBytes files within the first step, in few
 * after the second. On a network share the bytes read determine the cost.
 */
const FIRST_BYTES = [64 * 1024, 1024 * 1024];

/** SeriesInstanceUID, the last element needed. */
const LAST_TAG = 'x0020000e';

/**
 * Reads patient, study and series of a DICOM file; null for other files. Reads the beginning of a file, and all of it
 * only if the beginning does not extend to the series.
 * @throws FoveaError as `parseDicom` and `readWholeFile`
 */
export async function readFileIdentity(path: string): Promise<FileIdentity | null> {
  for (const bytes of FIRST_BYTES) {
    const start = await readStart(path, bytes);
    // Reading the whole file reports the fault.
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

/** Null if the bytes end before or at the series, or cannot be parsed partially, such as a deflated data set. */
function identityOfStart(bytes: Buffer): FileIdentity | null {
  try {
    const { dataSet } = parseDicom(bytes);
    const tags = Object.keys(dataSet.elements);
    // If elements are in order (PS3.5, 7.1), one after the series means that everything needed was read.
    const isOrdered = tags.every((tag, index) => index === 0 || tag > (tags[index - 1] ?? ''));
    return isOrdered && (tags.at(-1) ?? '') > LAST_TAG ? readIdentity(dataSet) : null;
  } catch {
    return null;
  }
}

/** Reads the first bytes of a file and its size; null if it cannot be opened. */
async function readStart(path: string, maxBytes: number): Promise<{ bytes: Buffer; fileBytes: number } | null> {
  const file = await open(nativePath(path), 'r').catch(() => null);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    const bytes = Buffer.allocUnsafe(Math.min(size, maxBytes));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return { bytes: bytes.subarray(0, bytesRead), fileBytes: size };
  } finally {
    await file.close();
  }
}
