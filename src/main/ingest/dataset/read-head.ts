import { close, fstat, open, read } from 'node:fs';
import { promisify } from 'node:util';
import type { ImageKind } from '#shared/models/dataset';
import { classifyHead, HEAD_BYTES, isMediaDirectory, isZip } from '../classify';
import { nativePath } from '../native-path';
import { foreignReason } from '../not-an-image';

export interface FileHead {
  readonly bytes: number;
  readonly kind: ImageKind | null;
  /** A DICOMDIR; its kind is null, because it holds no image. */
  readonly mediaDirectory: boolean;
  readonly archive: boolean;
  /** Why a file that is no image is left out; empty for images and media directories. */
  readonly reason: string;
}

// The callback functions cost half of what FileHandle objects do, which shows at 100,000 files.
const openFile = promisify(open);
const readFile = promisify(read);
const statFile = promisify(fstat);
const closeFile = promisify(close);

/** What the first bytes of a file of `bytes` bytes say. */
export function describeHead(head: Uint8Array, bytes: number): FileHead {
  const kind = classifyHead(head, bytes);
  const mediaDirectory = kind === 'dicom' && isMediaDirectory(head);
  return {
    bytes,
    kind: mediaDirectory ? null : kind,
    mediaDirectory,
    archive: isZip(head),
    reason: kind === null ? foreignReason(head, bytes) : '',
  };
}

/** Size and kind of a file, from one open and one short read. Throws the system's error. */
export async function readHead(path: string): Promise<FileHead> {
  const file = await openFile(nativePath(path), 'r');
  try {
    const { size } = await statFile(file);
    const buffer = Buffer.allocUnsafe(HEAD_BYTES);
    const { bytesRead } = await readFile(file, buffer, 0, HEAD_BYTES, 0);
    return describeHead(buffer.subarray(0, bytesRead), size);
  } finally {
    await closeFile(file);
  }
}
