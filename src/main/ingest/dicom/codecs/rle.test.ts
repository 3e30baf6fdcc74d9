import { expect, test } from 'vitest';
import type { ImageAttributes } from '../image-attributes';
import { decodeRle } from './rle';

const image = (change: Partial<ImageAttributes>): ImageAttributes => ({
  rows: 1,
  columns: 6,
  samples: 1,
  bitsAllocated: 8,
  bitsStored: 8,
  highBit: 7,
  signed: false,
  planar: false,
  declaredFrames: 1,
  frames: 1,
  photometricInterpretation: 'MONOCHROME2',
  float: false,
  ...change,
});

/** Header of PS3.5, G.5, followed by the segments. */
function rle(...segments: readonly (readonly number[])[]): Uint8Array {
  const header = Buffer.alloc(64);
  header.writeUInt32LE(segments.length, 0);
  let offset = 64;
  for (const [index, segment] of segments.entries()) {
    header.writeUInt32LE(offset, 4 + 4 * index);
    offset += segment.length;
  }
  return Buffer.concat([header, ...segments.map((segment) => Buffer.from(segment))]);
}

test('literal and repeated runs, the no-operation, padding at the end', () => {
  // 1, 2 literally; 128 does nothing; 7 four times (257 - 253); a zero as padding.
  expect([...decodeRle(rle([1, 1, 2, 128, 253, 7, 0]), image({})).bytes]).toEqual([1, 2, 7, 7, 7, 7]);
});

test('16-bit samples: the most significant byte comes first, output is little endian', () => {
  const sixteen = image({ columns: 2, bitsAllocated: 16, bitsStored: 16, highBit: 15 });
  expect([...decodeRle(rle([1, 0x12, 0x56], [1, 0x34, 0x78]), sixteen).bytes]).toEqual([0x34, 0x12, 0x78, 0x56]);
});

test('three samples are interleaved by pixel', () => {
  const colour = image({ columns: 2, samples: 3 });
  expect([...decodeRle(rle([1, 1, 4], [1, 2, 5], [1, 3, 6]), colour).bytes]).toEqual([1, 2, 3, 4, 5, 6]);
});

test.each([
  ['a run that would write past the frame is cut at its end', rle([129, 9]), null],
  ['a segment that ends early', rle([1, 1]), 'too early'],
  ['an empty segment', rle([]), 'too early'],
  ['only no-operations', rle([128, 128, 128, 128]), 'too early'],
  ['a wrong number of segments', rle([1, 1, 2], [1, 1, 2]), '2 segments'],
  ['a header that is cut off', rle([1]).subarray(0, 20), 'truncated'],
])('%s', (_, bytes, message) => {
  if (message === null) expect([...decodeRle(bytes, image({})).bytes]).toEqual([9, 9, 9, 9, 9, 9]);
  else expect(() => decodeRle(bytes, image({}))).toThrow(message);
});

test('offsets outside the data', () => {
  const bytes = rle([253, 7, 1, 1, 1]);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(4, 1_000_000, true);
  expect(() => decodeRle(bytes, image({}))).toThrow('offsets');
});
