import { expect, test } from 'vitest';
import { dicomFile, element, type TestElement } from '../../test-support/dicom-bytes';
import { parseDicom } from '../parse';
import { type NumberAttribute, readNumber, readNumbers } from './read-numbers';

const SLOPE: NumberAttribute = { tag: 'x00281053', name: 'Rescale Slope', vr: 'DS' };
const FRAMES: NumberAttribute = { tag: 'x00280008', name: 'Number of Frames', vr: 'IS' };
const ROWS: NumberAttribute = { tag: 'x00280010', name: 'Rows', vr: 'US' };

function read(attribute: NumberAttribute, vr: string, value: TestElement[2]) {
  const tag = attribute.tag.slice(1);
  const { dataSet } = parseDicom(
    dicomFile([
      ['00080060', 'CS', 'OT'],
      [tag, vr, value],
    ]),
  );
  const notes = new Set<string>();
  return { values: readNumbers(dataSet, attribute, notes), notes: [...notes] };
}

test('several values keep their positions; empty ones and words are null', () => {
  expect(read(SLOPE, 'DS', '1\\\\abc\\2')).toEqual({
    values: [1, null, null, 2],
    notes: ['Value 3 of Rescale Slope is not a number in this file and is ignored.'],
  });
});

test('numeric representations in place of text, and the reverse', () => {
  expect(read(SLOPE, 'FD', [0.5])).toEqual({
    values: [0.5],
    notes: ['Rescale Slope is stored as FD instead of DS; its number is used.'],
  });
  expect(read(SLOPE, 'SL', [-7]).values).toEqual([-7]);
  expect(read(FRAMES, 'US', [3]).values).toEqual([3]);
  expect(read(ROWS, 'IS', '64')).toEqual({
    values: [64],
    notes: ['Rows is stored as IS instead of US; its number is used.'],
  });
  expect(read(ROWS, 'UL', [64]).values).toEqual([64]);
  expect(read(ROWS, 'SS', [64])).toEqual({ values: [64], notes: [] });
});

test('a double that is NaN or infinite is ignored', () => {
  expect(read(SLOPE, 'FD', [Number.NaN])).toEqual({
    values: [null],
    notes: ['Rescale Slope is not a number in this file and is ignored.'],
  });
});

test('among several values, an ignored one is named', () => {
  expect(read(SLOPE, 'FD', [Number.NaN, 2])).toMatchObject({
    values: [null, 2],
    notes: [
      'Value 1 of Rescale Slope is not a number in this file and is ignored.',
      'Rescale Slope is stored as FD instead of DS; its number is used.',
    ],
  });
  expect(read(SLOPE, 'DS', '1,200\\2')).toEqual({
    values: [null, 2],
    notes: ['Value 1 of Rescale Slope is written with a comma and could be 1200 or 1.2, so it is ignored.'],
  });
});

test('whole numbers: 1.0 and 1e0 are 1, 2.4 is rejected', () => {
  expect(['1.0', '1e0', '2.4'].map((text) => read(FRAMES, 'IS', text).values)).toEqual([[1], [1], [null]]);
});

test.each<[NumberAttribute, string, string, string]>([
  [SLOPE, 'DS', '1,200', 'Rescale Slope is written with a comma and could be 1200 or 1.2, so it is ignored.'],
  [FRAMES, 'IS', '1,000', 'Number of Frames is written with a comma and could be 1000 or 1, so it is ignored.'],
])('an ambiguous number is ignored: %o', (attribute, vr, text, note) => {
  expect(read(attribute, vr, text)).toEqual({ values: [null], notes: [note] });
});

test.each(['LO', 'OB', 'IS'])('a decimal string stored as %s', (vr) => {
  const text = vr === 'OB' ? Buffer.from('40') : '40';
  expect(read(SLOPE, vr, text)).toEqual({
    values: [40],
    notes: [`Rescale Slope is stored as ${vr} instead of DS; its number is used.`],
  });
});

test('a value is never read from the following element', () => {
  // Two bytes where four are required: the next element's tag must not be included.
  const short = element(['00281053', 'UL', [1]]).subarray(0, 10);
  short.writeUInt16LE(2, 6);
  const file = Buffer.concat([dicomFile([['00080060', 'CS', 'OT']]), short, element(['00281054', 'LO', 'HU'])]);
  const notes = new Set<string>();
  expect(readNumber(parseDicom(file).dataSet, SLOPE, notes)).toBeUndefined();
  expect(notes.size).toBe(1);
});

test('one of several values is used if one is allowed', () => {
  const { dataSet } = parseDicom(
    dicomFile([
      ['00080060', 'CS', 'OT'],
      ['00281053', 'DS', '2\\3'],
    ]),
  );
  const notes = new Set<string>();
  expect(readNumber(dataSet, SLOPE, notes)).toBe(2);
  expect([...notes]).toEqual(['Rescale Slope has several values where DICOM allows one; the first is used.']);
});
