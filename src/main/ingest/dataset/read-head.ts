import { close, fstat, open, read } from 'node:fs';
import { promisify } from 'node:util';
import type { ImageKind } from '#shared/models/dataset';
import { classifyHead, HEAD_BYTES, isMediaDirectory, isZip } from '../classify';

export interface FileHead {
  readonly bytes: number;
  readonly kind: ImageKind | null;
  /** A DICOMDIR; its kind is null, because it holds no image. */
  readonly mediaDirectory: boolean;
  readonly archive: boolean;
  /** Printable from the first byte to the last of the head: a CSV, a note. */
  readonly text: boolean;
}

// The callback functions cost half of what FileHandle objects do, which shows at 100,000 files.
const openFile = promisify(open);
const readFile = promisify(read);
const statFile = promisify(fstat);
const closeFile = promisify(close);

function looksLikeText(head: Uint8Array): boolean {
  return head.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

/** What the first bytes of a file of `bytes` bytes say. */
export function describeHead(head: Uint8Array, bytes: number): FileHead {
  const kind = classifyHead(head, bytes);
  const mediaDirectory = kind === 'dicom' && isMediaDirectory(head);
  return { bytes, kind: mediaDirectory ? null : kind, mediaDirectory, archive: isZip(head), text: looksLikeText(head) };
}

/** Why a file that is no image is left out. */
export function headReason({ bytes, text }: FileHead): string {
  return bytes === 0 ? 'The file is empty.' : text ? 'A text file, not an image.' : 'Not an image that Fovea reads.';
}

/** Size and kind of a file, from one open and one short read. Throws the system's error. */
export async function readHead(path: string): Promise<FileHead> {
  const file = await openFile(path, 'r');
  try {
    const { size } = await statFile(file);
    const buffer = Buffer.allocUnsafe(HEAD_BYTES);
    const { bytesRead } = await readFile(file, buffer, 0, HEAD_BYTES, 0);
    return describeHead(buffer.subarray(0, bytesRead), size);
  } finally {
    await closeFile(file);
  }
}
