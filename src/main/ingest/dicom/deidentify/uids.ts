import { createHmac } from 'node:crypto';

/** What all UIDs of DICOM itself begin with (PS3.6, Annex A). */
export const DICOM_ROOT = '1.2.840.10008';

/** UIDs that DICOM itself gives out say what a thing is and not which one; none has a number of five digits behind the root. */
export function isStandardUid(uid: string): boolean {
  return /^1\.2\.840\.10008(\.\d{1,4}){1,11}$/.test(uid);
}

/**
 * The same UID for the same UID and key, and nothing about it without the key: the first 128 bits of HMAC-SHA-256,
 * marked as a UUID of version 8 (RFC 9562), under 2.25 (PS3.5, B.2).
 */
export function hashUid(key: string, uid: string): string {
  const bytes = createHmac('sha256', key).update(uid).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return `2.25.${BigInt(`0x${bytes.toString('hex')}`)}`;
}
