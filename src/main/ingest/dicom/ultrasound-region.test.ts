import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ingestFile } from '../ingest-file';
import { dicomFile, imageModule, items, type TestElement } from '../test-support/dicom-bytes';
import { parseDicom } from './parse';
import { readTissueRegion } from './ultrasound-region';

const ROWS = 60;
const COLUMNS = 80;

interface Region {
  readonly format?: number;
  readonly type?: number;
  readonly box: readonly [x0: number, y0: number, x1: number, y1: number];
}

const tissue: Region = { box: [10, 20, 69, 57] };

function regions(list: readonly Region[]): TestElement[] {
  if (list.length === 0) return [];
  const contents = list.map(({ format = 1, type = 1, box: [x0, y0, x1, y1] }): TestElement[] => [
    ['00186012', 'US', [format]],
    ['00186014', 'US', [type]],
    ['00186018', 'UL', [x0]],
    ['0018601a', 'UL', [y0]],
    ['0018601c', 'UL', [x1]],
    ['0018601e', 'UL', [y1]],
  ]);
  return [['00186011', 'SQ', items(...contents)]];
}

/** A red banner of 20 rows over grey pixels whose level is column plus row. */
function picture(): Uint8Array {
  return Uint8Array.from({ length: 3 * ROWS * COLUMNS }, (_, index) => {
    const pixel = Math.floor(index / 3);
    const [y, x] = [Math.floor(pixel / COLUMNS), pixel % COLUMNS];
    return y < 20 ? (index % 3 === 0 ? 255 : 0) : x + y;
  });
}

const file = (list: readonly Region[]): Buffer =>
  dicomFile([
    ['00080060', 'CS', 'US'],
    ...regions(list),
    ...imageModule({ rows: ROWS, columns: COLUMNS, samples: 3, photometric: 'RGB' }),
    ['7fe00010', 'OW', picture()],
  ]);

const read = (list: readonly Region[]) => readTissueRegion(parseDicom(file(list)).dataSet, ROWS, COLUMNS, new Set());

describe('the tissue region', () => {
  test.each<[string, Region[], unknown]>([
    ['is the 2-D tissue region, corners included', [tissue], { x: 10, y: 20, width: 60, height: 38 }],
    [
      'is found among others: M-mode, Doppler, colour flow over it',
      [{ format: 2, box: [0, 0, 79, 59] }, tissue, { format: 3, type: 3, box: [0, 0, 79, 59] }, { ...tissue, type: 2 }],
      { x: 10, y: 20, width: 60, height: 38 },
    ],
    ['may be named twice', [tissue, tissue], { x: 10, y: 20, width: 60, height: 38 }],
    ['ends with the picture', [{ box: [10, 20, 500, 4_000_000_000] }], { x: 10, y: 20, width: 70, height: 40 }],
    ['is not known without regions', [], null],
    ['is not known where none shows tissue in 2-D', [{ ...tissue, type: 2 }], null],
    ['is not known where there are two views', [tissue, { box: [0, 0, 30, 30] }], null],
    ['is not known where it lies outside', [{ box: [100, 20, 150, 50] }], null],
    ['is not known where its corners are swapped', [{ box: [69, 57, 10, 20] }], null],
    ['is not known where it is a mark', [{ box: [10, 20, 14, 50] }], null],
  ])('%s', (_, list, box) => {
    expect(read(list)).toEqual(box);
  });
});

describe('cropping', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fovea-region-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('keeps the pixels of the region; facts cover the whole image', async () => {
    const path = join(folder, 'a.dcm');
    await writeFile(path, file([tissue]));
    const { facts, raster } = await ingestFile(path, { kind: 'auto' }, 512, { crop: 'ultrasound-region' });
    // Without the red banner the rest is grey.
    expect([raster.width, raster.height, raster.channels]).toEqual([60, 38, 1]);
    expect([raster.data[0], raster.data[59], raster.data.at(-1)]).toEqual([10 + 20, 69 + 20, 69 + 57]);
    expect(facts).toMatchObject({ width: COLUMNS, height: ROWS, colour: true });
    const whole = await ingestFile(path, { kind: 'auto' }, 512);
    expect([whole.raster.width, whole.raster.height, whole.raster.channels]).toEqual([COLUMNS, ROWS, 3]);
  });

  test('keeps an image whole without a region', async () => {
    const path = join(folder, 'a.dcm');
    await writeFile(path, file([]));
    const { raster } = await ingestFile(path, { kind: 'auto' }, 512, { crop: 'ultrasound-region' });
    expect([raster.width, raster.height]).toEqual([COLUMNS, ROWS]);
  });
});
