import { createHmac } from 'node:crypto';

/** Root of all UIDs that DICOM itself defines (PS3.6, Annex A). */
export const DICOM_ROOT = '1.2.840.10008';

/**
 * Whether DICOM itself defines a UID. Such UIDs denote a kind of object, not an individual one; none has a five-digit
 * number after the root.
 */
export function isStandardUid(uid: string): boolean {
  return /^1\.2\.840\.10008(\.\d{1,4}){1,11}$/.test(uid);
}

/**
 * Maps a UID to a new one, consistently for a key and irreversibly without it: the first 128 bits of HMAC-SHA-256,
 * marked as a version 8 UUID (RFC 9562), under 2.25 (PS3.5, B.2).
 */
export function hashUid(key: string, uid: string): string {
  const bytes = createHmac('sha256', key).update(uid).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return `2.25.${BigInt(`0x${bytes.toString('hex')}`)}`;
}
