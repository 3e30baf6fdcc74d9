import { crc32 } from 'node:zlib';

/** Encodes a PNG chunk: length, type, content, and the CRC-32 of type and content (PNG 3rd edition, 5.3). */
export function pngChunk(type: string, content: Uint8Array): Buffer {
  const bytes = Buffer.alloc(12 + content.length);
  bytes.writeUInt32BE(content.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(content, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + content.length)), 8 + content.length);
  return bytes;
}
