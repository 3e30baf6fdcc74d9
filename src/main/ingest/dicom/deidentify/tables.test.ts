import { describe, expect, test } from 'vitest';
import { dicomFile, imageModule, items, type TestElement } from '../../test-support/dicom-bytes';
import { holdsText } from '../../test-support/planted-text';
import { openDicomFrame } from '../open-dicom';
import { parseDicom } from '../parse';
import { deidentifyDicom } from './deidentify-dicom';
import type { DeidentifyOptions } from './options';

const options: DeidentifyOptions = {
  uidKey: '11'.repeat(32),
  dates: 'remove',
  dateKey: '22'.repeat(32),
  pseudonym: 'patient-0007',
  hash: '33'.repeat(32),
  version: '0.1.0',
};

const SECRET = 'SECRETPLANT9';
const secret = Buffer.from(SECRET);
const ramp = (count: number): Buffer => Buffer.from(Array.from({ length: count }, (_, index) => (index * 7 + 1) % 256));
const words = (low: Buffer, above: Buffer): Buffer =>
  Buffer.from([...low].flatMap((value, index) => [value, above[index] ?? 0]));

function file(photometric: string, ...more: readonly TestElement[]): Buffer {
  const elements: TestElement[] = [
    ...imageModule({ rows: 2, columns: 3, photometric }),
    ...more,
    ['7fe00010', 'OB', Buffer.from([0, 1, 2, 3, 4, 5])],
  ];
  return dicomFile(elements.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const palette = (count: number, bits: number, data: Uint8Array, group = '120'): TestElement[] =>
  ['1', '2', '3'].flatMap((colour): TestElement[] => [
    [`0028110${colour}`, 'US', [count, 0, bits]],
    [`0028${group}${colour}`, 'OW', data],
  ]);

/** Checks the length of the remaining element, that the secret is gone, and that the image is unchanged. */
async function left(source: Buffer, tag: string): Promise<number | undefined> {
  const { bytes } = await deidentifyDicom(source, options);
  expect(holdsText(bytes, SECRET)).toBe(false);
  const shown = async (of: Buffer) => (await openDicomFrame(parseDicom(of), 0)).forDisplay(null, false);
  expect(await shown(bytes)).toEqual(await shown(source));
  return parseDicom(bytes).dataSet.elements[tag]?.length;
}

describe('palettes', () => {
  test.each([
    ['8 bits', palette(32, 8, Buffer.concat([ramp(32), secret])), 32],
    ['8 bits, an odd number of them', palette(31, 8, Buffer.concat([ramp(31), secret])), 32],
    ['16 bits', palette(32, 16, Buffer.concat([words(ramp(32), ramp(32)), secret])), 64],
  ])('nothing remains after the entries: %s', async (_name, elements, length) => {
    expect(await left(file('PALETTE COLOR', ...elements), 'x00281201')).toBe(length);
  });

  test('nothing remains after the segments of a segmented palette', async () => {
    // Discrete: 3 values; linear: 3 more up to 90. PS3.3, C.7.9.2.
    const segments = Buffer.from([0, 3, 10, 20, 30, 1, 3, 90]);
    const source = file('PALETTE COLOR', ...palette(6, 8, Buffer.concat([segments, secret]), '122'));
    expect(await left(source, 'x00281221')).toBe(8);
  });

  test('text above the declared 8 bits of a palette holds the file back; values that were shifted up do not', async () => {
    const planted = file('PALETTE COLOR', ...palette(32, 8, words(ramp(32), secret)));
    await expect(deidentifyDicom(planted, options)).rejects.toMatchObject({ code: 'hidden_data' });
    for (const low of [Buffer.alloc(32), ramp(32)]) {
      expect(await left(file('PALETTE COLOR', ...palette(32, 8, words(low, ramp(32)))), 'x00281201')).toBe(64);
    }
  });

  test.each([
    ['a palette', palette(12, 8, secret), 'x00281201'],
    ['a segmented palette', palette(12, 8, secret, '122'), 'x00281221'],
    ['a palette without a descriptor', [['00281201', 'OW', secret]], 'x00281201'],
    ['opacity', [['00281204', 'OW', secret]], 'x00281204'],
    ['a colour profile', [['00282000', 'OB', secret]], 'x00282000'],
    ['a palette in a sequence', [['00480105', 'SQ', items(palette(12, 8, secret))]], 'x00281201'],
  ] as [string, TestElement[], string][])('a grey image loses %s', async (_name, elements, tag) => {
    expect(await left(file('MONOCHROME2', ...elements), tag)).toBeUndefined();
  });

  test('an indexed image loses opacity, a colour profile and the segments beside plain entries', async () => {
    const own = palette(32, 8, ramp(32));
    for (const tag of ['00281204', '00281221', '00282000']) {
      expect(await left(file('PALETTE COLOR', ...own, [tag, 'OW', secret]), `x${tag}`)).toBeUndefined();
    }
  });
});

describe('Modality and VOI LUTs', () => {
  const lut = (bits: number, data: Buffer): TestElement[] => [
    ['00283002', 'US', [32, 0, bits]],
    ['00283004', 'LO', 'US'],
    ['00283006', 'OW', data],
  ];
  const lengths = async (sequence: string, ...of: readonly TestElement[][]) => {
    const source = file('MONOCHROME2', [sequence, 'SQ', items(...of)]);
    await left(source, 'x00283006');
    const { bytes } = await deidentifyDicom(source, options);
    const tag = `x${sequence}`;
    return parseDicom(bytes).dataSet.elements[tag]?.items?.map((one) => one.dataSet?.elements['x00283006']?.length);
  };

  test.each(['00283000', '00283010'])('nothing remains after the entries, in any item of (%s)', async (sequence) => {
    const whole = words(ramp(32), Buffer.alloc(32));
    expect(await lengths(sequence, lut(8, ramp(32)), lut(16, Buffer.concat([whole, secret])))).toEqual([32, 64]);
  });

  test('an incomplete table, which is not used, is emptied, as is one without a descriptor', async () => {
    const tail = Buffer.concat([ramp(32), secret]);
    expect(await lengths('00283000', lut(8, tail))).toEqual([0]);
    expect(await lengths('00283010', lut(8, ramp(32)), [['00283006', 'OW', secret]])).toEqual([32, 0]);
  });
});
