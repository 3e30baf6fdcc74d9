import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Intensity } from '#shared/models/pipeline';
import { openDicomFrame } from '../dicom/open-dicom';
import { parseDicom } from '../dicom/parse';
import { type PngPicture, pngBytes, pngChunk } from '../test-support/png-bytes';
import { sharedData } from '../test-support/shared-data';
import { openBitmap } from './open-bitmap';

const auto: Intensity = { kind: 'auto' };
const grey16 = (values: readonly number[], more: Partial<PngPicture> = {}) =>
  openBitmap(pngBytes({ width: values.length, height: 1, channels: 1, depth: 16, values, ...more }));
const sBIT = (...bits: number[]) => ({ chunks: [pngChunk('sBIT', bits)] });
const model = async (picture: ReturnType<typeof openBitmap>, intensity: Intensity = auto) => [
  ...(await picture).forModel(intensity, 'values').data,
];

describe('16-bit PNG by the range in use', () => {
  test.each([
    // 255 (v - 1000) / 2000, like the full range of a DICOM frame.
    ['12-bit values that do not fill their range', [1000, 2000, 3000], [0, 128, 255]],
    ['10 bits', [0, 341, 1023], [0, 85, 255]],
    ['8 bits', [0, 51, 255], [0, 51, 255]],
    ['all 16 bits: round(v / 257)', [0, 128, 129, 257, 32896, 65535], [0, 0, 1, 1, 128, 255]],
    // 8 bits widened to 16, v * 257: the same image as with 8 bits, although it uses only part of the values.
    ['an 8-bit picture saved with 16', [50 * 257, 100 * 257, 200 * 257], [50, 100, 200]],
    ['one value', [700, 700], [0, 0]],
  ])('%s', async (_, values, bytes) => {
    expect(await model(grey16(values))).toEqual(bytes);
  });

  test('has a note, unless nothing was decided', async () => {
    expect((await grey16([0, 4095])).notes).toEqual([expect.stringContaining('no sBIT')]);
    expect((await grey16([0, 65535])).notes).toEqual([]);
    expect((await grey16([257, 514])).notes).toEqual([]);
  });
});

describe('16-bit PNG by sBIT', () => {
  test.each([
    // 255 v / 4095: unscaled values, although PNG requires them scaled up.
    ['12 bits, values as they are', [0, 1000, 3000], [12], [0, 62, 187]],
    // 4080 = 255 * 16 and 65520 = 4095 * 16, shifted up: v / 65520.
    ['12 bits, shifted', [0, 4096, 65520], [12], [0, 16, 255]],
    // Scaled by repeating the highest bits: 4095 becomes 65535.
    ['12 bits, scaled', [0, 4097, 65535], [12], [0, 16, 255]],
    // round(v / 257): the file declares that its values use all 16 bits.
    ['16 bits, the whole range', [0, 1000, 2000, 65535], [16], [0, 4, 8, 255]],
    ['16 bits, a dark image', [0, 1000, 2000], [16], [0, 4, 8]],
    ['17 bits cannot be: by the range', [0, 1000, 2000], [17], [0, 128, 255]],
    ['0 bits cannot be: by the range', [0, 1000, 2000], [0], [0, 128, 255]],
  ])('%s', async (_, values, bits, bytes) => {
    expect(await model(grey16(values, sBIT(...bits)))).toEqual(bytes);
  });

  test('is the window of the image, and reported', async () => {
    const { window, range, notes } = await grey16([10, 3000], sBIT(12));
    expect([window, range]).toEqual([
      { center: 2047.5, width: 4095 },
      { min: 10, max: 3000 },
    ]);
    expect(notes).toEqual(['A 16-bit PNG with 12 significant bits (sBIT): black is 0 and white is 4095.']);
  });

  // 255 v / 4095. Unscaled, 8 bits end at 255; scaled up, 4095 = 0x0FFF would be 0x0F00 or 0x0F0F.
  test.each([
    ['all values', Array.from({ length: 4096 }, (_, at) => at)],
    ['few values', [0, 1000, 4095]],
  ])('is ignored and reported if the values contradict it: %s', async (_, values) => {
    const picture = await grey16(values, sBIT(8));
    expect([...picture.forModel(auto, 'values').data]).toEqual(values.map((value) => Math.round((255 * value) / 4095)));
    expect(picture.window).toBeNull();
    expect(picture.notes).toEqual([expect.stringContaining('contradict its 8 significant bits (sBIT)')]);
  });

  test.each([1, 5, 8, 10, 12, 14])('accepts %d bits scaled up in any way that PNG names', async (bits) => {
    const top = 2 ** bits - 1;
    const sources = Array.from({ length: top + 1 }, (_, at) => at);
    const repeat = (value: number) => {
      const digits = value.toString(2).padStart(bits, '0');
      return Number.parseInt(digits.repeat(16).slice(0, 16), 2);
    };
    for (const scale of [
      (value: number) => value * 2 ** (16 - bits),
      (value: number) => Math.round((value * 65_535) / top),
      repeat,
    ]) {
      const { notes } = await grey16(sources.map(scale), sBIT(bits));
      expect(notes).toEqual([expect.stringContaining(`${bits} significant bits (sBIT): black is 0`)]);
    }
  });

  test('ignores alpha', async () => {
    const values = [0, 65535, 1023, 65535];
    const picture = grey16(values, { width: 2, channels: 2, ...sBIT(10, 16) });
    expect(await model(picture)).toEqual([0, 255]);
  });
});

describe('the intensity of a run', () => {
  // The same bytes as the DICOM frame of these values in dicom/intensity/intensity.test.ts.
  test.each([
    ['window', { kind: 'window', center: 20.5, width: 41 }, [0, 64, 128, 191, 255, 255]],
    ['percentile', { kind: 'percentile', low: 10, high: 80 }, [0, 36, 109, 182, 255, 255]],
    ['full-range', { kind: 'full-range' }, [0, 3, 5, 8, 10, 255]],
  ] as const)('%s', async (_, intensity, bytes) => {
    expect(await model(grey16([0, 10, 20, 30, 40, 1000], sBIT(12)), intensity)).toEqual(bytes);
  });

  test('leaves 8-bit images unchanged', async () => {
    const picture = openBitmap(pngBytes({ width: 3, height: 1, channels: 1, depth: 8, values: [10, 20, 30] }));
    expect(await model(picture, { kind: 'full-range' })).toEqual([10, 20, 30]);
    const { window, range, notes } = await picture;
    expect([window, range, notes]).toEqual([null, { min: 0, max: 255 }, []]);
  });
});

test('reads 16 bits by their type in earlier runs, whatever the intensity', async () => {
  const picture = await grey16([0, 128, 129, 4095, 65535], sBIT(12));
  for (const intensity of [auto, { kind: 'full-range' }] as const) {
    expect([...picture.forModel(intensity, undefined).data]).toEqual([0, 0, 1, 16, 255]);
  }
});

describe('colour', () => {
  const rgb16 = (values: readonly number[], more: Partial<PngPicture> = {}) =>
    grey16(values, { width: values.length / 3, channels: 3, ...more });

  test('three channels share one range', async () => {
    const picture = await rgb16([0, 1000, 2000, 4000, 3000, 1000]);
    expect(picture.forModel(auto, 'values')).toMatchObject({
      channels: 3,
      data: Uint8Array.of(0, 64, 128, 255, 191, 64),
    });
  });

  test('three equal channels are grey, and shown as grey', async () => {
    const picture = await rgb16([100, 100, 100, 300, 300, 300]);
    expect(picture.stored.channels).toBe(3);
    expect(picture.forModel(auto, 'values')).toMatchObject({ channels: 1, data: Uint8Array.of(0, 255) });
  });

  test('the channel with the most bits counts', async () => {
    expect(await model(rgb16([0, 0, 63, 31, 31, 31], sBIT(5, 6, 5)))).toEqual([0, 0, 255, 125, 125, 125]);
  });
});

describe('the display', () => {
  test('applies the window to 16 and 8 bits, and inverts last', async () => {
    const wide = await grey16([0, 1000, 2000, 4000]);
    expect([...wide.forDisplay({ center: 1000, width: 2000 }, false).data]).toEqual([0, 128, 255, 255]);
    expect([...wide.forDisplay(null, true).data]).toEqual([255, 191, 127, 0]);
    const narrow = await openBitmap(
      pngBytes({ width: 256, height: 1, channels: 1, depth: 8, values: Array.from({ length: 256 }, (_, at) => at) }),
    );
    expect([...narrow.forDisplay(null, false).data]).toEqual(Array.from({ length: 256 }, (_, at) => at));
    expect(narrow.forDisplay({ center: 100, width: 10 }, false).data[100]).toBe(128);
  });
});

const reports = sharedData('reports');

describe.skipIf(reports.missing)(`16-bit PNG of the reports${reports.why}`, () => {
  const file = (name: string) => readFileSync(join(reports.path, 'png-16-bit', 'case', name));
  const mean = (data: Uint8Array) => data.reduce((sum, value) => sum + value, 0) / data.length;

  test.each(['p8in16', 'p10', 'p12', 'p12_sbit12', 'p12_shifted', 'p16', 'pillow_I16', 'rgb12'])(
    '%s.png has the bytes of the DICOM file',
    async (name) => {
      const dicom = await openDicomFrame(parseDicom(file('dicom12.dcm')), 0);
      const expected = dicom.forModel(auto);
      const { data, channels } = (await openBitmap(file(`${name}.png`))).forModel(auto, 'values');
      expect(channels).toBe(1);
      expect(mean(data)).toBeCloseTo(127.5, 0);
      // With fewer bits a step is wider: half of one of the 256 levels at most.
      let worst = 0;
      data.forEach((value, at) => {
        worst = Math.max(worst, Math.abs(value - (expected.data[at] as number)));
      });
      expect(worst).toBeLessThanOrEqual(1);
    },
  );
});
