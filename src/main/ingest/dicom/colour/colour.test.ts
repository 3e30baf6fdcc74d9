import { describe, expect, test } from 'vitest';
import { dicomFile, encapsulated, imageModule, type TestElement } from '../../test-support/dicom-bytes';
import { readImageAttributes } from '../image-attributes';
import { readNativeFrame } from '../native-frame';
import { openDicomFrame } from '../open-dicom';
import { parseDicom } from '../parse';
import { expandSegments } from './segmented-palette';
import { ybrFullToRgb } from './ybr-to-rgb';

async function rgb(elements: readonly TestElement[], transferSyntax?: string): Promise<number[]> {
  const frame = await openDicomFrame(parseDicom(dicomFile(elements, transferSyntax)), 0);
  return [...frame.forModel({ kind: 'auto' }).data];
}

test('RGB by pixel and by plane give the same image', async () => {
  const image = { rows: 1, columns: 2, samples: 3, photometric: 'RGB' };
  const expected = [1, 2, 3, 4, 5, 6];
  expect(await rgb([...imageModule(image), ['7fe00010', 'OB', Uint8Array.of(1, 2, 3, 4, 5, 6)]])).toEqual(expected);
  const planar = [
    ...imageModule({ ...image, planar: true }),
    ['7fe00010', 'OB', Uint8Array.of(1, 4, 2, 5, 3, 6)] as const,
  ];
  expect(await rgb(planar)).toEqual(expected);
});

test('16-bit RGB is scaled to 8 bits by its range', async () => {
  const image = imageModule({ rows: 1, columns: 1, samples: 3, photometric: 'RGB', allocated: 16 });
  expect(await rgb([...image, ['7fe00010', 'OW', [0, 32768, 65535]]])).toEqual([0, 128, 255]);
});

test('YBR_FULL: the primaries of ITU-R BT.601', () => {
  // Y = 0.299 R + 0.587 G + 0.114 B, and so on (PS3.3, C.7.6.3.1.2), rounded to whole counts.
  const ybr = Uint8Array.of(76, 85, 255, 150, 44, 21, 29, 255, 107, 255, 128, 128, 0, 128, 128);
  const out = ybrFullToRgb(ybr);
  const primaries = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0];
  for (const [index, level] of primaries.entries())
    expect(Math.abs((out[index] as number) - level)).toBeLessThanOrEqual(2);
});

test('YBR_FULL_422: two bytes a pixel, neighbours share their colour', async () => {
  const image = imageModule({ rows: 1, columns: 4, samples: 3, photometric: 'YBR_FULL_422' });
  const frame = await openDicomFrame(
    parseDicom(dicomFile([...image, ['7fe00010', 'OB', Uint8Array.of(10, 20, 128, 128, 30, 40, 100, 200)]])),
    0,
  );
  expect([...frame.stored.values]).toEqual([10, 128, 128, 20, 128, 128, 30, 100, 200, 40, 100, 200]);
});

function palette(count: number, first: number, bits: number, data: readonly number[][]): TestElement[] {
  const [red = [], green = [], blue = []] = data;
  return [
    ['00281101', 'US', [count, first, bits]],
    ['00281102', 'US', [count, first, bits]],
    ['00281103', 'US', [count, first, bits]],
    ['00281201', 'OW', red],
    ['00281202', 'OW', green],
    ['00281203', 'OW', blue],
  ];
}

test('PALETTE COLOR: 16-bit entries, first index, clamped at both ends', async () => {
  const image = imageModule({ rows: 1, columns: 4, photometric: 'PALETTE COLOR' });
  const lut = palette(2, 5, 16, [
    [0xff00, 0x0100],
    [0x8000, 0x0200],
    [0, 0x0300],
  ]);
  expect(await rgb([...image, ...lut, ['7fe00010', 'OB', Uint8Array.of(0, 5, 6, 200)]])).toEqual([
    255, 128, 0, 255, 128, 0, 1, 2, 3, 1, 2, 3,
  ]);
});

test('PALETTE COLOR: a descriptor of 0 means 65,536 entries', async () => {
  const image = imageModule({ rows: 1, columns: 2, photometric: 'PALETTE COLOR', allocated: 16 });
  const entries = Array.from({ length: 65_536 }, (_, index) => index);
  const lut = palette(0, 0, 16, [entries, entries, entries]);
  expect(await rgb([...image, ...lut, ['7fe00010', 'OW', [0x1200, 0xffff]]])).toEqual([
    0x12, 0x12, 0x12, 255, 255, 255,
  ]);
});

test('PALETTE COLOR: a signed first index', async () => {
  const image = imageModule({ rows: 1, columns: 3, photometric: 'PALETTE COLOR', allocated: 16, signed: true });
  const lut = palette(3, -1, 8, [
    [10, 20, 30],
    [11, 21, 31],
    [12, 22, 32],
  ]);
  expect(await rgb([...image, ...lut, ['7fe00010', 'OW', [-1, 0, 1]]])).toEqual([10, 11, 12, 20, 21, 22, 30, 31, 32]);
});

test('segmented palettes: discrete, linear and indirect (PS3.3, C.7.9.2)', () => {
  // Discrete 2 values; linear 4 to 20; indirect: 1 segment at byte 0 again.
  const words = Uint16Array.of(0, 2, 0, 4, 1, 4, 20, 2, 1, 0, 0);
  expect([...expandSegments(words, 8, 2)]).toEqual([0, 4, 8, 12, 16, 20, 0, 4]);
  expect(() => expandSegments(words, 9, 2)).toThrow('shorter');
  expect(() => expandSegments(words, 7, 2)).toThrow('longer');
  expect(() => expandSegments(Uint16Array.of(1, 4, 20), 4, 2)).toThrow('damaged');
  expect(() => expandSegments(Uint16Array.of(0, 500, 1), 500, 2)).toThrow('truncated');
});

test('segmented palettes of 8 bits: every field is a byte', async () => {
  // Discrete 10, 20; linear to 50 in 3; indirect: 1 segment at byte 0 again. pydicom 3.0 gives the same.
  const fields = Uint8Array.of(0, 2, 10, 20, 1, 3, 50, 2, 1, 0, 0, 0, 0);
  expect([...expandSegments(fields, 7, 1)]).toEqual([10, 20, 30, 40, 50, 10, 20]);
  const descriptors = ['00281101', '00281102', '00281103'].map((tag): TestElement => [tag, 'US', [7, 0, 8]]);
  const data = ['00281221', '00281222', '00281223'].map((tag): TestElement => [tag, 'OW', fields]);
  const image = imageModule({ rows: 1, columns: 2, photometric: 'PALETTE COLOR' });
  const pixel: TestElement = ['7fe00010', 'OB', Uint8Array.of(1, 4)];
  expect(await rgb([...descriptors, ...data, ...image, pixel])).toEqual([20, 20, 20, 50, 50, 50]);
});

test('PALETTE COLOR: one depth for all three colours, even if one of them is all dark', async () => {
  const image = imageModule({ rows: 1, columns: 1, photometric: 'PALETTE COLOR' });
  const lut = palette(2, 0, 16, [
    [0, 0x9000],
    [0, 200],
    [0, 200],
  ]);
  expect(await rgb([...image, ...lut, ['7fe00010', 'OB', Uint8Array.of(1)]])).toEqual([0x90, 0, 0]);
});

test('YBR_PARTIAL_422: luma from 16 to 235', async () => {
  const image = imageModule({ rows: 1, columns: 4, samples: 3, photometric: 'YBR_PARTIAL_422' });
  const bytes: TestElement = ['7fe00010', 'OB', Uint8Array.of(16, 235, 128, 128, 81, 145, 90, 240)];
  // DCMTK 3.6.7 gives 0 0 0, 255 254 255, 255 0 0, 255 73 74 for this file; it truncates fractions, Fovea rounds.
  const shown = await rgb([...image, bytes]);
  const expected = [0, 0, 0, 255, 254, 255, 255, 0, 0, 255, 73, 74];
  for (const [index, level] of expected.entries()) expect(Math.abs((shown[index] as number) - level)).toBeLessThan(2);
});

describe('reasons are accurate', () => {
  const pixel: TestElement = ['7fe00010', 'OB', new Uint8Array(96)];

  test.each<[string, readonly TestElement[], string, RegExp]>([
    [
      'four channels',
      imageModule({ rows: 2, columns: 2, samples: 4, photometric: 'CMYK' }),
      'unsupported_image',
      /4 channels/,
    ],
    ['12 bits in 12', imageModule({ rows: 2, columns: 2, allocated: 12 }), 'unsupported_image', /12 bits/],
    ['HSV', imageModule({ rows: 2, columns: 2, samples: 3, photometric: 'HSV' }), 'unsupported_image', /as HSV/],
    [
      '4:2:0',
      imageModule({ rows: 8, columns: 8, samples: 3, photometric: 'YBR_PARTIAL_420' }),
      'unsupported_image',
      /4:2:0/,
    ],
    ['grey in three channels', imageModule({ rows: 2, columns: 2, samples: 3 }), 'damaged', /is inconsistent/],
  ])('%s', async (_name, image, code, message) => {
    await expect(rgb([...image, pixel])).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('one bit per value, run-length compressed', async () => {
    const header = Buffer.alloc(66);
    header.writeUInt32LE(1, 0);
    header.writeUInt32LE(64, 4);
    const file = dicomFile(
      imageModule({ rows: 1, columns: 8, allocated: 1 }),
      '1.2.840.10008.1.2.5',
      encapsulated([], [header]),
    );
    await expect(openDicomFrame(parseDicom(file), 0)).rejects.toMatchObject({
      code: 'unsupported_image',
      message: 'The image is run-length compressed at 1 bits per value, which Fovea does not support.',
    });
  });

  test('sequences nested beyond the parser’s limit', () => {
    const open = Buffer.from('08001111535100' + '00ffffffff' + 'feff00e0ffffffff', 'hex');
    const nested = Buffer.concat([dicomFile([]), ...Array.from({ length: 5000 }, () => open)]);
    expect(() => parseDicom(nested)).toThrow('nested deeper than Fovea’s limit');
  });
});

test('a window of a colour image is ignored and reported', async () => {
  const image = imageModule({ rows: 1, columns: 1, samples: 3, photometric: 'RGB' });
  const window: TestElement = ['00281050', 'DS', '10'];
  const file = dicomFile([...image, window, ['7fe00010', 'OB', Uint8Array.of(1, 2, 3)]]);
  expect((await openDicomFrame(parseDicom(file), 0)).notes).toEqual([
    'The window of the file is ignored, because the image is in colour.',
  ]);
});

test('a palette without entries, or shorter than declared, is an error', async () => {
  const image = imageModule({ rows: 1, columns: 1, photometric: 'PALETTE COLOR' });
  const pixel: TestElement = ['7fe00010', 'OB', Uint8Array.of(0)];
  await expect(rgb([...image, pixel])).rejects.toMatchObject({ code: 'damaged' });
  await expect(rgb([...image, ...palette(9, 0, 16, [[1], [1], [1]]), pixel])).rejects.toMatchObject({
    code: 'damaged',
  });
});

test('8-bit values written as 16-bit words in a big-endian file are swapped back', () => {
  const image = imageModule({ rows: 1, columns: 4, stored: 8 });
  const little = parseDicom(dicomFile([...image, ['7fe00010', 'OW', Uint8Array.of(2, 1, 4, 3)]]));
  const pixelData = little.dataSet.elements['x7fe00010'];
  if (pixelData === undefined) throw new Error('no pixel data');
  const frame = readNativeFrame(
    little.dataSet,
    pixelData,
    readImageAttributes(little.dataSet),
    '1.2.840.10008.1.2.2',
    0,
  );
  expect([...frame.bytes]).toEqual([1, 2, 3, 4]);
});
