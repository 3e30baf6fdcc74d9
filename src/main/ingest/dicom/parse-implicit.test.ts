import { describe, expect, test } from 'vitest';
import { dicomFile, element, encapsulated, imageModule, type TestElement } from '../test-support/dicom-bytes';
import { mutate } from '../test-support/mutate';
import { openDicomFrame } from './open-dicom';
import { parseDicom } from './parse';

/** The same elements with implicit value representations: tag, 32-bit length, value (PS3.5, 7.1.3). */
function implicit(elements: readonly TestElement[]): Buffer {
  return Buffer.concat(
    elements.map((each) => {
      const explicit = element(each);
      const long = ['OB', 'OW', 'SQ', 'UN', 'UT'].includes(each[1]);
      const value = explicit.subarray(long ? 12 : 8);
      const head = Buffer.alloc(8);
      explicit.copy(head, 0, 0, 4);
      head.writeUInt32LE(value.length, 4);
      return Buffer.concat([head, value]);
    }),
  );
}

const EXPLICIT = '1.2.840.10008.1.2.1';
const RLE = '1.2.840.10008.1.2.5';
const pixels = Buffer.from([1, 2, 3, 4, 5, 6]);
const image = (frames?: number) => [
  ['00080060', 'CS', 'OT'] as const,
  ...imageModule({ rows: 2, columns: 3, ...(frames === undefined ? {} : { frames }) }),
];

/** One RLE segment of six literal bytes after its 64-byte header (PS3.5, Annex G). */
function rle(values: Buffer): Buffer {
  const bytes = Buffer.alloc(72);
  bytes.writeUInt32LE(1, 0);
  bytes.writeUInt32LE(64, 4);
  bytes[64] = 5;
  values.copy(bytes, 65);
  return bytes;
}

describe('implicit value representations under an explicit transfer syntax', () => {
  test('uncompressed', async () => {
    const file = dicomFile([], EXPLICIT, implicit([...image(), ['7fe00010', 'OW', pixels]]));
    const parsed = parseDicom(file);
    expect(parsed.warnings).toHaveLength(1);
    expect([...(await openDicomFrame(parsed, 0)).stored.values]).toEqual([...pixels]);
  });

  test('compressed, with an offset table and two frames', async () => {
    const second = Buffer.from([9, 8, 7, 6, 5, 4]);
    const explicit = encapsulated([0, 80], [rle(pixels), rle(second)]);
    // Only tag and length: the representation and its two reserved bytes are removed.
    const data = Buffer.concat([explicit.subarray(0, 4), explicit.subarray(8)]);
    const parsed = parseDicom(dicomFile([], RLE, Buffer.concat([implicit(image(2)), data])));
    expect([...(await openDicomFrame(parsed, 0)).stored.values]).toEqual([...pixels]);
    expect([...(await openDicomFrame(parsed, 1)).stored.values]).toEqual([...second]);
    expect(parsed.dataSet.elements['x7fe00010']?.basicOffsetTable).toEqual([0, 80]);
    expect(parsed.dataSet.elements['x7fe00010']?.fragments?.map(({ offset }) => offset)).toEqual([0, 80]);
  });

  test('is not guessed from a part of a file', () => {
    const whole = dicomFile([], EXPLICIT, implicit([...image(), ['7fe00010', 'OW', Buffer.alloc(5000)]]));
    expect(() => parseDicom(whole.subarray(0, whole.length - 100))).toThrow(/not encoded as its header declares/);
    for (let seed = 0; seed < 300; seed++) {
      try {
        parseDicom(mutate(whole, seed));
      } catch (error) {
        expect(error).toMatchObject({ name: 'FoveaError' });
      }
    }
  });
});

test('a private group 0001 after the file meta group is skipped', async () => {
  const odd: TestElement = ['00010001', 'LO', 'odd'];
  const file = dicomFile([], '1.2.840.10008.1.2', implicit([odd, ...image(), ['7fe00010', 'OW', pixels]]));
  const parsed = parseDicom(file);
  expect([...(await openDicomFrame(parsed, 0)).stored.values]).toEqual([...pixels]);
  expect(parsed.warnings).toHaveLength(1);
});
