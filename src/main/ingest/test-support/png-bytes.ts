import { deflateSync } from 'node:zlib';
import { pngChunk as writeChunk } from '../raster/png-chunk';

/** Encodes a chunk with its checksum. */
export const pngChunk = (type: string, content: Uint8Array | readonly number[]): Buffer =>
  writeChunk(type, Buffer.from(content));

const COLOUR_TYPE = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;

export interface PngPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly depth: 8 | 16;
  /** Interleaved. */
  readonly values: readonly number[];
  /** Between IHDR and IDAT. */
  readonly chunks?: readonly Buffer[];
  /** After IDAT. */
  readonly chunksAfter?: readonly Buffer[];
}

/** Encodes a PNG byte by byte, so that the test and no library determines its chunks. */
export function pngBytes({
  width,
  height,
  channels,
  depth,
  values,
  chunks = [],
  chunksAfter = [],
}: PngPicture): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, COLOUR_TYPE[channels]], 8);
  const bytes = depth / 8;
  const line = 1 + width * channels * bytes;
  const rows = Buffer.alloc(height * line);
  values.forEach((value, index) => {
    const row = Math.floor(index / (width * channels));
    rows.writeUIntBE(value, row * line + 1 + (index % (width * channels)) * bytes, bytes);
  });
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    ...chunks,
    pngChunk('IDAT', deflateSync(rows)),
    ...chunksAfter,
    pngChunk('IEND', []),
  ]);
}
