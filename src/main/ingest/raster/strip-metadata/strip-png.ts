import { crc32 } from 'node:zlib';
import { FoveaError } from '#shared/ipc/errors';
import { orientationTiff } from './orientation-exif';

const SIGNATURE_BYTES = 8;

/** Critical chunks, and those that say what the sample values mean (PNG 3rd edition, 11.2 and 11.3). */
const KEPT = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'sRGB', 'gAMA', 'cHRM', 'sBIT', 'pHYs']);

function damaged(): FoveaError {
  return new FoveaError('damaged', 'The PNG file is damaged: its parts do not follow each other.');
}

/** A chunk with its checksum. */
export function pngChunk(type: string, content: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + content.length);
  bytes.writeUInt32BE(content.length, 0);
  bytes.write(type, 4, 'latin1');
  content.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + content.length)), 8 + content.length);
  return bytes;
}

/**
 * A PNG without its metadata (texts, times, EXIF, ICC, everything that is not in the list above, what stands behind its
 * end): the kept chunks are the same bytes. `orientation` other than 1 is written as an EXIF chunk of its own. Errors:
 * `damaged`.
 */
export function stripPng(bytes: Buffer, orientation: number): { bytes: Buffer; removed: number } {
  const kept: Buffer[] = [bytes.subarray(0, SIGNATURE_BYTES)];
  let removed = 0;
  let oriented = orientation <= 1 || orientation > 8;
  for (let at = SIGNATURE_BYTES; ; ) {
    if (at + 12 > bytes.length) throw damaged();
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw damaged();
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (type === 'IDAT' && !oriented) {
      kept.push(pngChunk('eXIf', orientationTiff(orientation)));
      oriented = true;
    }
    if (KEPT.has(type)) kept.push(bytes.subarray(at, end));
    else if (/^[A-Z]/.test(type)) throw damaged();
    else removed += 1;
    at = end;
    if (type === 'IEND') return { bytes: Buffer.concat(kept), removed: removed + (at < bytes.length ? 1 : 0) };
  }
}
