import { constants, deflateRawSync } from 'node:zlib';
import { pngChunk } from '../raster/png-chunk';

const MEBIBYTE = 2 ** 20;

/**
 * Encodes `length` equal bytes as a zlib stream (RFC 1950) without holding them in memory: repeats one deflated
 * mebibyte that ends at a byte boundary.
 */
function deflatedRun(value: number, length: number): Buffer {
  const whole = deflateRawSync(Buffer.alloc(MEBIBYTE, value), { finishFlush: constants.Z_SYNC_FLUSH, level: 9 });
  const rest = deflateRawSync(Buffer.alloc(length % MEBIBYTE, value), { level: 9 });
  const repeats = Array.from({ length: Math.floor(length / MEBIBYTE) }, () => whole);
  const sum = Buffer.alloc(4);
  // Adler-32 of n equal bytes v: 1 + n v, and n + v n (n + 1) / 2, both modulo 65521.
  const modulus = 65521n;
  const [n, v] = [BigInt(length), BigInt(value)];
  sum.writeUInt16BE(Number((n + (v * n * (n + 1n)) / 2n) % modulus), 0);
  sum.writeUInt16BE(Number((1n + n * v) % modulus), 2);
  return Buffer.concat([Buffer.from('78da', 'hex'), ...repeats, rest, sum]);
}

/** A PNG of zeros: small as a file, arbitrarily large unpacked. `colour`: 0 grey, 2 RGB (ISO/IEC 15948, 11.2.2). */
export function blackPng(width: number, height: number, depth: 8 | 16 = 8, colour: 0 | 2 = 0): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour], 8);
  const row = 1 + (width * (colour === 2 ? 3 : 1) * depth) / 8;
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflatedRun(0, row * height)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A small PNG with a compressed text chunk that unpacks to `bytes` after its header. */
export function pngWithTextBomb(bytes: number): Buffer {
  const png = blackPng(8, 8);
  const text = Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), deflatedRun(0x20, bytes)]);
  return Buffer.concat([png.subarray(0, 33), pngChunk('zTXt', text), png.subarray(33)]);
}

const segment = (marker: number, data: Uint8Array): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(marker, 0);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
};

/** The main header of a JPEG 2000 codestream (ISO/IEC 15444-1, A.5) and one tile-part without data. */
export function emptyJpeg2000(width: number, height: number, tile = Math.max(width, height)): Buffer {
  const siz = Buffer.alloc(39);
  siz.writeUInt32BE(width, 2);
  siz.writeUInt32BE(height, 6);
  siz.writeUInt32BE(tile, 18);
  siz.writeUInt32BE(tile, 22);
  siz.writeUInt16BE(1, 34);
  siz.set([7, 1, 1], 36);
  const tilePart = Buffer.from([0, 0, 0, 0, 0, 14, 0, 1]);
  return Buffer.concat([
    Buffer.from('ff4f', 'hex'),
    segment(0xff51, siz),
    segment(0xff52, Buffer.from([0, 0, 0, 1, 0, 5, 4, 4, 0, 1])),
    segment(0xff5c, Buffer.from([0x40, ...Array.from({ length: 16 }, () => 0x48)])),
    segment(0xff90, tilePart),
    Buffer.from('ff93ffd9', 'hex'),
  ]);
}

/** A JPEG-LS codestream (ITU-T T.87, C.1) of one grey component whose scan is a run of zeros. */
export function emptyJpegLs(width: number, height: number, bytes = 64): Buffer {
  const frame = Buffer.from([8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]);
  return Buffer.concat([
    Buffer.from('ffd8', 'hex'),
    segment(0xfff7, frame),
    segment(0xffda, Buffer.from([1, 1, 0, 0, 0, 0])),
    Buffer.alloc(bytes),
    Buffer.from('ffd9', 'hex'),
  ]);
}

/** Replaces the size in the frame header (SOF0, SOF1 or SOF2) of a JPEG. */
export function resizedJpeg(jpeg: Buffer, width: number, height: number): Buffer {
  const copy = Buffer.from(jpeg);
  for (let at = 2; at + 9 < copy.length; at += 2 + copy.readUInt16BE(at + 2)) {
    const marker = copy[at + 1] ?? 0;
    if (marker < 0xc0 || marker > 0xc2) continue;
    copy.writeUInt16BE(height, at + 5);
    copy.writeUInt16BE(width, at + 7);
    return copy;
  }
  throw new Error('no frame header');
}

/** An RLE frame (PS3.5, G.5) with a single segment: `bytes` of runs of zeros. */
export function rleFrame(bytes: number): Buffer {
  const header = Buffer.alloc(64);
  header.writeUInt32LE(1, 0);
  header.writeUInt32LE(64, 4);
  return Buffer.concat([header, Buffer.from(Array.from({ length: bytes }, (_, at) => (at % 2 === 0 ? 129 : 0)))]);
}
