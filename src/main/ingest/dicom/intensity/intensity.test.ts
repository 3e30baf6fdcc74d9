import { describe, expect, test } from 'vitest';
import { dicomFile, imageModule, items, type TestElement } from '../../test-support/dicom-bytes';
import { openDicomFrame } from '../open-dicom';
import { parseDicom } from '../parse';
import { countValues, percentileOf, rangeOf } from './statistics';
import { windowFunction } from './voi';

/** A row of 16-bit grey pixels, stored as given. */
function greyFile(
  values: readonly number[],
  elements: readonly TestElement[] = [],
  signed = false,
  photometric = 'MONOCHROME2',
) {
  const image = imageModule({ rows: 1, columns: values.length, allocated: 16, signed, photometric });
  return dicomFile([...image, ...elements, ['7fe00010', 'OW', bytesOf(values)]]);
}

function bytesOf(values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value & 0xffff, 2 * index);
  return bytes;
}

const open = (file: Buffer) => openDicomFrame(parseDicom(file), 0);
const pixels = async (file: Buffer) => [...(await open(file)).forModel({ kind: 'auto' }).data];

describe('windows (PS3.3, C.11.2.1.2)', () => {
  // The standard's own note: c = 2048, w = 4096 maps 0 to 0 and 4095 to the top.
  test('LINEAR spans (c - 0.5) +/- (w - 1) / 2', () => {
    const level = windowFunction({ center: 2048, width: 4096 }, 'LINEAR');
    expect([level(0), level(4095), level(-1), level(5000)]).toEqual([0, 1, 0, 1]);
    expect(level(2047.5)).toBeCloseTo(0.5, 12);
  });

  test('LINEAR with width 1 is a step at c - 0.5', () => {
    const level = windowFunction({ center: 2048, width: 1 }, 'LINEAR');
    expect([level(2047), level(2047.5), level(2048)]).toEqual([0, 0, 1]);
  });

  test('LINEAR_EXACT spans c +/- w / 2', () => {
    const level = windowFunction({ center: 100, width: 50 }, 'LINEAR_EXACT');
    expect([level(75), level(100), level(125), level(87.5)]).toEqual([0, 0.5, 1, 0.25]);
  });

  test('SIGMOID is 1 / (1 + exp(-4 (x - c) / w))', () => {
    const level = windowFunction({ center: 10, width: 4 }, 'SIGMOID');
    expect(level(10)).toBe(0.5);
    expect(level(11)).toBeCloseTo(0.731058578630005, 12);
    expect(level(9) + level(11)).toBeCloseTo(1, 12);
  });
});

describe('from stored values to bytes', () => {
  test('no window: the full range', async () => {
    expect(await pixels(greyFile([100, 200, 300]))).toEqual([0, 128, 255]);
  });

  test('rescale, then the window of the file in rescaled units', async () => {
    // Units: 2 x - 1000 = -1000, 0, 40, 80, 1000; window 40/80 LINEAR: (x - 39.5) / 79 + 0.5.
    const file = greyFile(
      [0, 500, 520, 540, 1000],
      [
        ['00281050', 'DS', '40\\300'],
        ['00281051', 'DS', '80\\1500'],
        ['00281052', 'DS', '-1000'],
        ['00281053', 'DS', '2'],
      ],
    );
    const frame = await open(file);
    expect(frame.window).toEqual({ center: 40, width: 80 });
    expect(frame.range).toEqual({ min: -1000, max: 1000 });
    expect([...frame.forModel({ kind: 'auto' }).data]).toEqual([0, 0, 129, 255, 255]);
  });

  test('signed values with bits outside Bits Stored', async () => {
    const image = imageModule({ rows: 1, columns: 3, allocated: 16, stored: 12, signed: true });
    // 0xf7ff: the low 12 bits are 0x7ff = 2047; 0x0800: -2048; 0x1000: bit 12 is garbage, 0.
    const file = dicomFile([...image, ['7fe00010', 'OW', bytesOf([0xf7ff, 0x0800, 0x1000])]]);
    expect([...(await open(file)).stored.values]).toEqual([2047, -2048, 0]);
  });

  test('High Bit above Bits Stored - 1 shifts the value', async () => {
    const image = imageModule({ rows: 1, columns: 2, allocated: 16, stored: 12, high: 15 });
    const file = dicomFile([...image, ['7fe00010', 'OW', bytesOf([0x1230, 0xfff7])]]);
    expect([...(await open(file)).stored.values]).toEqual([0x123, 0xfff]);
  });

  test('MONOCHROME1 inverts last', async () => {
    expect(await pixels(greyFile([0, 25, 100], [], false, 'MONOCHROME1'))).toEqual([255, 191, 0]);
  });

  test('padding is excluded from the range, and black', async () => {
    const padding: TestElement[] = [
      ['00280120', 'US', [-2000]],
      ['00280121', 'US', [-1990]],
    ];
    const frame = await open(greyFile([-2000, -1995, 0, 50, 100], padding, true));
    expect(frame.range).toEqual({ min: 0, max: 100 });
    expect([...frame.forModel({ kind: 'auto' }).data]).toEqual([0, 0, 0, 128, 255]);
    const inverted = await open(greyFile([-2000, 0, 100], padding, true, 'MONOCHROME1'));
    expect([...inverted.forModel({ kind: 'auto' }).data]).toEqual([0, 255, 0]);
  });

  test('Modality LUT: first input, entries, clamped at both ends', async () => {
    const lut = items([
      ['00283002', 'US', [3, 10, 16]],
      ['00283006', 'US', [5, 7, 1005]],
    ]);
    const frame = await open(greyFile([0, 10, 11, 12, 500], [['00283000', 'SQ', lut]]));
    expect(frame.range).toEqual({ min: 5, max: 1005 });
    expect([...frame.forModel({ kind: 'full-range' }).data]).toEqual([0, 0, 1, 255, 255]);
  });

  test('VOI LUT when there is no window', async () => {
    const lut = items([
      ['00283002', 'US', [4, 0, 8]],
      ['00283006', 'US', [0, 10, 100, 255]],
    ]);
    expect(await pixels(greyFile([0, 1, 2, 3, 9], [['00283010', 'SQ', lut]]))).toEqual([0, 10, 100, 255, 255]);
  });

  test('a flat frame is black, and a slope of 0 is ignored', async () => {
    expect(await pixels(greyFile([7, 7]))).toEqual([0, 0]);
    expect((await open(greyFile([7, 9], [['00281053', 'DS', '0']]))).range).toEqual({ min: 7, max: 9 });
  });

  test('the window of the pipeline, percentiles, and the display path', async () => {
    const frame = await open(greyFile([0, 10, 20, 30, 40, 1000]));
    expect([...frame.forModel({ kind: 'window', center: 20.5, width: 41 }).data]).toEqual([0, 64, 128, 191, 255, 255]);
    // numpy.percentile([0, 10, 20, 30, 40, 1000], [10, 80]) = [5, 40].
    expect([...frame.forModel({ kind: 'percentile', low: 10, high: 80 }).data]).toEqual([0, 36, 109, 182, 255, 255]);
    expect([...frame.forDisplay({ center: 20.5, width: 41 }, true).data]).toEqual([255, 191, 127, 64, 0, 0]);
  });

  test('enhanced multi-frame: window and rescale of each frame, else the shared ones', async () => {
    const group = (center: string, intercept: string): TestElement[] => [
      [
        '00289132',
        'SQ',
        items([
          ['00281050', 'DS', center],
          ['00281051', 'DS', '101'],
        ]),
      ],
      [
        '00289145',
        'SQ',
        items([
          ['00281052', 'DS', intercept],
          ['00281053', 'DS', '1'],
        ]),
      ],
    ];
    const file = dicomFile([
      ...imageModule({ rows: 1, columns: 2, allocated: 16, frames: 2 }),
      ['52009229', 'SQ', items(group('500', '0'))],
      ['52009230', 'SQ', items([], group('50', '-100'))],
      ['7fe00010', 'OW', bytesOf([450, 550, 100, 200])],
    ]);
    const first = await openDicomFrame(parseDicom(file), 0);
    const second = await openDicomFrame(parseDicom(file), 1);
    expect([first.window?.center, first.range]).toEqual([500, { min: 450, max: 550 }]);
    expect([second.window?.center, second.range]).toEqual([50, { min: 0, max: 100 }]);
    expect([...second.forModel({ kind: 'auto' }).data]).toEqual([1, 255]);
  });
});

describe('statistics', () => {
  // numpy.percentile([3, 1, 2, 2, 10], [0, 30, 50, 99, 100]) = [1, 2, 2, 9.72, 10]
  test.each([
    ['8 bit', Uint8Array.of(3, 1, 2, 2, 10)],
    ['float', Float32Array.of(3, 1, 2, 2, 10)],
  ])('range and percentiles of %s values', (_, values) => {
    const counted = countValues(
      values,
      (value) => value,
      () => true,
    );
    expect(rangeOf(counted)).toEqual({ min: 1, max: 10 });
    expect([0, 30, 50, 99, 100].map((percent) => percentileOf(counted, percent))).toEqual([
      1,
      2,
      2,
      expect.closeTo(9.72, 10),
      10,
    ]);
  });

  test('NaN and no values at all', () => {
    expect(
      rangeOf(
        countValues(
          Float32Array.of(Number.NaN, 4),
          (value) => value,
          () => true,
        ),
      ),
    ).toEqual({ min: 4, max: 4 });
    expect(
      rangeOf(
        countValues(
          Int16Array.of(-5, 4),
          (value) => value,
          () => false,
        ),
      ),
    ).toEqual({ min: 0, max: 0 });
  });
});

test.each([
  ['MONOCHROME 1', 'MONOCHROME1', [255, 0]],
  ['monochrome_2', 'MONOCHROME2', [0, 255]],
] as const)('Photometric Interpretation %s is %s, and reported', async (written, meant, bytes) => {
  const frame = await open(greyFile([0, 4095], [], false, written));
  expect([...frame.forModel({ kind: 'auto' }).data]).toEqual(bytes);
  expect(frame.notes).toEqual([`Photometric Interpretation is not a DICOM term; ${meant} is used.`]);
});

// 4095 * 1e308 overflows a double, and 4095 * 1e-300 + 1000 is 1000.
test.each([
  ['1e308', '0'],
  ['-1e306', '0'],
  ['1e-300', '1000'],
  ['1', '1e300'],
])('slope %s and intercept %s, which map all values to one, are ignored and reported', async (slope, intercept) => {
  const frame = await open(
    greyFile(
      [0, 1024, 4095],
      [
        ['00281052', 'DS', intercept],
        ['00281053', 'DS', slope],
      ],
    ),
  );
  // 255 * 1024 / 4095 = 63.8
  expect([...frame.forModel({ kind: 'auto' }).data]).toEqual([0, 64, 255]);
  expect(frame.range).toEqual({ min: 0, max: 4095 });
  expect(frame.notes).toEqual([expect.stringContaining('map all values to the same number')]);
});

test('a VOI LUT beside a window is ignored and reported', async () => {
  const voi = items([
    ['00283002', 'US', [2, 0, 8]],
    ['00283006', 'US', [255, 0]],
  ]);
  const frame = await open(
    greyFile(
      [0, 1],
      [
        ['00281050', 'DS', '1'],
        ['00281051', 'DS', '2'],
        ['00283010', 'SQ', voi],
      ],
    ),
  );
  // LINEAR: (x - 0.5) / 1 + 0.5.
  expect([...frame.forModel({ kind: 'auto' }).data]).toEqual([0, 255]);
  expect(frame.notes).toEqual(['The file has a window and a VOI LUT; the window is used.']);
});
