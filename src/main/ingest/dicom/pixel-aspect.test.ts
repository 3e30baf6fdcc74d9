import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { displayFile } from '../display-file';
import { ingestFile, ingestFrames } from '../ingest-file';
import { inspectFile } from '../inspect-file';
import { dicomFile, imageModule, items, type TestElement } from '../test-support/dicom-bytes';
import { parseDicom } from './parse';
import { readPixelAspect } from './pixel-aspect';

function aspect(elements: readonly TestElement[], frame = 0) {
  const notes = new Set<string>();
  const { dataSet } = parseDicom(dicomFile([['00080060', 'CS', 'OT'], ...elements]));
  return { aspect: readPixelAspect(dataSet, frame, notes), notes: [...notes] };
}

function region(deltaX: number, deltaY: number, units = 3, type = 1): TestElement[] {
  return [
    ['00186012', 'US', [1]],
    ['00186014', 'US', [type]],
    ['00186024', 'US', [units]],
    ['00186026', 'US', [units]],
    ['0018602c', 'FD', [deltaX]],
    ['0018602e', 'FD', [deltaY]],
  ];
}

const regions = (...list: readonly TestElement[][]): TestElement => ['00186011', 'SQ', items(...list)];

// Rows come first in all pairs: 0.6 between rows and 0.3 between columns is a pixel twice as tall as wide.
test.each<[string, readonly TestElement[]]>([
  ['Pixel Spacing', [['00280030', 'DS', '0.6\\0.3']]],
  ['Imager Pixel Spacing', [['00181164', 'DS', '0.6\\0.3']]],
  ['Nominal Scanned Pixel Spacing', [['00182010', 'DS', '0.6\\0.3']]],
  ['Pixel Aspect Ratio', [['00280034', 'IS', '2\\1']]],
  ['the tissue of an ultrasound picture', [regions(region(0.01, -0.02))]],
  ['a decimal comma in it', [['00280030', 'DS', '0,6\\0,3']]],
])('a pixel twice as tall as wide by %s', (_name, elements) => {
  expect(aspect(elements).aspect).toBeCloseTo(2, 6);
});

test('each frame of an enhanced file has its own', () => {
  const measures = (text: string): TestElement[] => [['00289110', 'SQ', items([['00280030', 'DS', text]])]];
  const perFrame: TestElement = ['52009230', 'SQ', items(measures('0.6\\0.3'), measures('0.3\\0.6'))];
  expect([aspect([perFrame], 0).aspect, aspect([perFrame], 1).aspect]).toEqual([2, 0.5]);
});

test('a missing or impossible aspect ratio counts as square', () => {
  expect(aspect([])).toEqual({ aspect: 1, notes: [] });
  for (const pair of ['0\\0', '1', '-1\\1', '1\\0', '100\\1', 'a\\b']) {
    const seen = aspect([['00280030', 'DS', pair]]);
    expect(seen.aspect).toBe(1);
    expect(seen.notes.join()).toContain('Pixel Spacing');
  }
  // Seconds, colour flow, and two scans of different pixel aspect in one image.
  expect(aspect([regions(region(0.01, 0.02, 4))]).aspect).toBe(1);
  expect(aspect([regions(region(0.01, 0.02, 3, 2))]).aspect).toBe(1);
  expect(aspect([regions(region(0.01, 0.02), region(0.01, 0.01))]).notes.join()).toContain(
    'different pixel aspect ratios',
  );
});

test('contradicting sources: the spacing counts, and is reported', () => {
  const spacing: TestElement = ['00280030', 'DS', '0.6\\0.3'];
  expect(aspect([spacing, ['00280034', 'IS', '1\\1']])).toEqual({
    aspect: 2,
    notes: ['The file gives different pixel aspect ratios; that of its Pixel Spacing is used.'],
  });
  expect(aspect([['00181164', 'DS', '0.601\\0.3'], spacing]).notes).toEqual([]);
});

test('window and model see the true aspect ratio; an earlier pipeline sees pixels as stored', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-aspect-'));
  try {
    const path = join(folder, 'tall.dcm');
    // A square on the patient of 10 rows and 20 columns: 10 x 0.6 = 20 x 0.3.
    const pixels = Uint8Array.from({ length: 40 * 40 }, (_, index) =>
      index % 40 < 20 && Math.floor(index / 40) < 10 ? 255 : 0,
    );
    writeFileSync(
      path,
      dicomFile([
        ['00280030', 'DS', '0.6\\0.3'],
        ...imageModule({ rows: 40, columns: 40 }),
        ['7fe00010', 'OB', pixels],
      ]),
    );
    const size = ({ width, height }: { readonly width: number; readonly height: number }) => [width, height];
    const auto = { kind: 'auto' } as const;
    expect(size((await ingestFile(path, auto, 512)).raster)).toEqual([40, 40]);
    const { raster, facts } = await ingestFile(path, auto, 512, { pixels: 'square' });
    expect([size(raster), size(facts)]).toEqual([
      [40, 80],
      [40, 40],
    ]);
    const bright = (x: number, y: number) => (raster.data[y * 40 + x] as number) > 127;
    expect([bright(19, 19), bright(20, 19), bright(19, 20)]).toEqual([true, false, false]);
    const { outcomes } = await ingestFrames(path, auto, 512, { kind: 'all' }, 0, { pixels: 'square' });
    expect(outcomes[0]).toMatchObject({ file: { raster: { width: 40, height: 80 } } });
    const shown = await sharp(await displayFile(path, 0, null, false)).metadata();
    expect(size(shown)).toEqual([40, 80]);
    expect((await inspectFile(path, false)).pixelAspect).toBeCloseTo(2, 6);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
