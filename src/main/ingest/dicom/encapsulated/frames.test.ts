import { describe, expect, test } from 'vitest';
import { dicomFile, element, encapsulated, imageModule, item, type TestElement } from '../../test-support/dicom-bytes';
import { encodeFrame } from '../../test-support/encode-frames';
import { readImageAttributes } from '../image-attributes';
import { openDicomFrame } from '../open-dicom';
import { parseDicom } from '../parse';
import { readDicomFrame } from '../read-frame';
import { findFrames, joinFragments } from './frame-fragments';

const RLE = '1.2.840.10008.1.2.5';
const JPEG = '1.2.840.10008.1.2.4.50';

/** An RLE frame of 4 equal pixels: header, one repeated run, padded to even. */
function rleFrame(level: number): Buffer {
  const header = Buffer.alloc(64);
  header.writeUInt32LE(1, 0);
  header.writeUInt32LE(64, 4);
  return Buffer.concat([header, Buffer.from([253, level])]);
}

const image = (frames: number) => imageModule({ rows: 2, columns: 2, frames });
const values = async (file: Buffer, frame: number) => [
  ...(await readDicomFrame(parseDicom(file), frame, new Set())).stored.values,
];

test('as many fragments as frames are one each', async () => {
  const file = dicomFile(image(2), RLE, encapsulated([], [rleFrame(5), rleFrame(6)]));
  expect([await values(file, 0), await values(file, 1)]).toEqual([
    [5, 5, 5, 5],
    [6, 6, 6, 6],
  ]);
});

test('one frame owns all its fragments', async () => {
  const frame = rleFrame(9);
  const file = dicomFile(image(1), RLE, encapsulated([0], [frame.subarray(0, 30), frame.subarray(30)]));
  expect(await values(file, 0)).toEqual([9, 9, 9, 9]);
});

test('the basic offset table assigns fragments to frames', async () => {
  const [first, second] = [rleFrame(5), rleFrame(6)];
  const fragments = [first.subarray(0, 40), first.subarray(40), second.subarray(0, 10), second.subarray(10)];
  // Offsets count from the first item: (8 + 40) + (8 + 26).
  const file = dicomFile(image(2), RLE, encapsulated([0, 82], fragments));
  expect([(await values(file, 0))[0], (await values(file, 1))[0]]).toEqual([5, 6]);
});

test('so does the extended offset table', async () => {
  const [first, second] = [rleFrame(5), rleFrame(6)];
  const offsets = Buffer.alloc(16);
  offsets.writeBigUInt64LE(82n, 8);
  const table: TestElement = ['7fe00001', 'OV', offsets];
  const fragments = [first.subarray(0, 40), first.subarray(40), second.subarray(0, 10), second.subarray(10)];
  const file = dicomFile([...image(2), table], RLE, encapsulated([], fragments));
  expect([(await values(file, 0))[0], (await values(file, 1))[0]]).toEqual([5, 6]);
});

test('without a table, a frame starts at the start of a codestream', () => {
  const soi = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0);
  const more = Uint8Array.of(1, 2, 3, 4);
  const { dataSet } = parseDicom(dicomFile(image(2), JPEG, encapsulated([], [soi, more, more, soi, more])));
  const pixelData = dataSet.elements['x7fe00010'];
  if (pixelData === undefined) throw new Error('no pixel data');
  const { frames } = findFrames(dataSet, pixelData, readImageAttributes(dataSet), 'jpeg-baseline', false, new Set());
  const lengths = frames.map((fragments) => joinFragments(dataSet.byteArray, fragments).length);
  expect(lengths).toEqual([12, 8]);
});

describe('malformed fragments and tables', async () => {
  const [COLUMNS, ROWS] = [32, 24];
  const pixels = (frame: number) => Uint8Array.from({ length: COLUMNS * ROWS }, (_, at) => (frame * 60 + at * 3) % 256);
  const size = { width: COLUMNS, height: ROWS, bits: 8 } as const;
  const encoded = (frame: number) => ({
    'JPEG-LS': encodeFrame('encodeJpegLs', pixels(frame), size, {}),
    'JPEG 2000': encodeFrame('encodeJpeg2000', pixels(frame), size, { lossy: false }),
    'JPEG lossless': encodeFrame('encodeJpeg', pixels(frame), size, { lossy: false }),
  });
  const syntaxes = { 'JPEG-LS': '80', 'JPEG 2000': '90', 'JPEG lossless': '70' } as const;
  const even = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]);
  const halves = (bytes: Buffer) => [
    bytes.subarray(0, 2 * (bytes.length >> 2)),
    bytes.subarray(2 * (bytes.length >> 2)),
  ];
  const pieces = (bytes: Buffer, count: number) => {
    const length = 2 * Math.ceil(bytes.length / count / 2);
    return Array.from({ length: count }, (_, index) => bytes.subarray(index * length, (index + 1) * length));
  };
  /** Without the item of the Basic Offset Table. */
  const withoutTable = (frames: readonly Buffer[]) =>
    element(['7fe00010', 'OB', Buffer.concat([...frames.map(item), Buffer.from('feffdde000000000', 'hex')])], true);
  const offsets = ([first, second]: readonly Buffer[]) => [
    0,
    (first?.length ?? 0) + 8,
    (first?.length ?? 0) + (second?.length ?? 0) + 16,
  ];

  // pydicom 3.0.2 reads the correct and the missing table and fails on all others; none has another correct result.
  const ways: readonly [string, (frames: Buffer[]) => Buffer][] = [
    ['a right table', (frames) => encapsulated(offsets(frames), frames)],
    ['a table of zeros', (frames) => encapsulated([0, 0, 0], frames.flatMap(halves))],
    ['more offsets than frames', (frames) => encapsulated([...offsets(frames), 99_999], frames.flatMap(halves))],
    ['fewer offsets than frames', (frames) => encapsulated([0], frames.flatMap(halves))],
    [
      'offsets from the start of the file',
      (frames) =>
        encapsulated(
          offsets(frames).map((one) => one + 500),
          frames.flatMap(halves),
        ),
    ],
    ['an empty fragment first', (frames) => encapsulated([], [Buffer.alloc(0), ...frames])],
    [
      'empty fragments between',
      (frames) =>
        encapsulated(
          [],
          frames.flatMap((one) => [one, Buffer.alloc(0)]),
        ),
    ],
    ['all frames in one fragment', (frames) => encapsulated([0], [Buffer.concat(frames)])],
    ['fragments cut across frames', (frames) => encapsulated([], pieces(Buffer.concat(frames), 5))],
    [
      'as many fragments as frames, cut across them',
      (frames) => encapsulated(offsets(frames), pieces(Buffer.concat(frames), 3)),
    ],
    ['no sequence delimiter', (frames) => encapsulated(offsets(frames), frames).subarray(0, -8)],
  ];
  const kinds = Object.keys(syntaxes) as (keyof typeof syntaxes)[];
  test.each(kinds.flatMap((kind) => ways.map(([name, write]) => [kind, name, write] as const)))(
    '%s: %s',
    async (kind, _name, write) => {
      const frames = (await Promise.all([0, 1, 2].map((frame) => encoded(frame)[kind]))).map(even);
      const module = imageModule({ rows: ROWS, columns: COLUMNS, frames: 3 });
      const file = dicomFile(module, `1.2.840.10008.1.2.4.${syntaxes[kind]}`, write(frames));
      for (const frame of [0, 1, 2]) expect(await values(file, frame)).toEqual([...pixels(frame)]);
    },
  );

  test('a missing item of the Basic Offset Table', async () => {
    // The parser takes the first item for a table of whole words.
    const padded = (level: number) => Buffer.concat([rleFrame(level), Buffer.alloc(2)]);
    const whole = dicomFile(image(2), RLE, withoutTable([padded(5), padded(6)]));
    expect([(await values(whole, 0))[0], (await values(whole, 1))[0]]).toEqual([5, 6]);
  });
});

test('a wrong table without codestreams to go by is an error, not a guess', async () => {
  const frame = rleFrame(5);
  const fragments = [frame.subarray(0, 40), frame.subarray(40), frame];
  const file = dicomFile(image(2), RLE, encapsulated([0, 7], fragments));
  await expect(values(file, 1)).rejects.toMatchObject({ code: 'damaged' });
});

test('fewer fragments than frames: the present ones are read and the rest reported', async () => {
  const file = dicomFile(image(3), RLE, encapsulated([], [rleFrame(5), rleFrame(6)]));
  expect((await values(file, 1))[0]).toBe(6);
  await expect(values(file, 2)).rejects.toMatchObject({ code: 'not_found' });
  const { image: seen, notes } = await openDicomFrame(parseDicom(file), 0);
  expect(seen.frames).toBe(2);
  expect(notes).toEqual(['Number of Frames is 3, but the pixel data contains 2 frames; the frames present are read.']);
});

test('a file that ends inside its fragments', async () => {
  const file = dicomFile(image(1), RLE, encapsulated([], [rleFrame(5)]));
  await expect(openDicomFrame(parseDicom(file.subarray(0, file.length - 20)), 0)).rejects.toMatchObject({
    code: 'truncated',
  });
});

test('native frames follow one another; bit-packed frames need not start on a byte', async () => {
  const bytes: TestElement = ['7fe00010', 'OB', Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)];
  expect(await values(dicomFile([...image(2), bytes]), 1)).toEqual([5, 6, 7, 8]);
  const bits: TestElement = ['7fe00010', 'OB', Uint8Array.of(0b1010_0110)];
  const packed = dicomFile([...imageModule({ rows: 1, columns: 3, allocated: 1, frames: 2 }), bits]);
  expect([await values(packed, 0), await values(packed, 1)]).toEqual([
    [0, 1, 1],
    [0, 0, 1],
  ]);
});
