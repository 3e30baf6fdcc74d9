import { createHmac } from 'node:crypto';

/** UIDs that DICOM itself gives out (PS3.6, Annex A) say what a thing is and not which one. */
export function isStandardUid(uid: string): boolean {
  return /^1\.2\.840\.10008\.[0-9.]{1,50}$/.test(uid);
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
