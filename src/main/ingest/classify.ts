import type { ImageKind } from '#shared/models/dataset';
import { valueRepresentations } from './dicom/value-representations';

/** Number of leading bytes that the functions below need. */
export const HEAD_BYTES = 512;

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((value, index) => bytes[index] === value);
}

/**
 * Whether the bytes start a DICOM data set without the preamble of PS3.10: its first element is in group 0002 or 0008
 * with a small, even length. `fileBytes` bounds that length.
 */
function plausibleDataSet(bytes: Uint8Array, fileBytes: number): boolean {
  if (bytes.length < 12) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const explicit = valueRepresentations.has(String.fromCharCode(view.getUint8(4), view.getUint8(5)));
  const bigEndian = explicit && view.getUint16(0, true) === 0x0800;
  const group = view.getUint16(0, !bigEndian);
  const element = view.getUint16(2, !bigEndian);
  if ((group !== 0x0002 && group !== 0x0008) || element > 0x2000) return false;
  const length = explicit ? view.getUint16(6, !bigEndian) : view.getUint32(4, true);
  return length % 2 === 0 && length <= Math.min(1024, fileBytes);
}

/** Recognises a file by its first bytes, regardless of its name; null if it is not of a kind that Fovea reads. */
export function classifyHead(head: Uint8Array, fileBytes: number): ImageKind | null {
  if (startsWith(head, PNG)) return 'png';
  if (startsWith(head, [0xff, 0xd8, 0xff])) return 'jpeg';
  const hasPrefix = head.length >= 132 && String.fromCharCode(...head.subarray(128, 132)) === 'DICM';
  if (hasPrefix || plausibleDataSet(head, fileBytes)) return 'dicom';
  return null;
}

/** Whether the bytes start a zip archive (PKWARE APPNOTE 4.3.7; an empty one has only the end record of 4.3.16). */
export function isZip(head: Uint8Array): boolean {
  return startsWith(head, [0x50, 0x4b, 0x03, 0x04]) || startsWith(head, [0x50, 0x4b, 0x05, 0x06]);
}

/** Media Storage SOP Class UID (0002,0002) with the padded UID of the Media Storage Directory (PS3.10, 8.6). */
const MEDIA_DIRECTORY = '\x02\x00\x02\x00UI\x14\x001.2.840.10008.1.3.10';

/**
 * Whether the bytes start a DICOMDIR, the directory of a disc; recognised by its file meta group, regardless of its
 * name.
 */
export function isMediaDirectory(head: Uint8Array): boolean {
  return Buffer.from(head.buffer, head.byteOffset, head.length).includes(Buffer.from(MEDIA_DIRECTORY, 'latin1'));
}
