import { expect, test } from 'vitest';
import { parseNumber, splitPrintedList } from './parse-number';

test.each<[string, number]>([
  ['400', 400],
  [' 400 ', 400],
  ['400\0', 400],
  ['\t400', 400],
  ['+400', 400],
  ['-.5', -0.5],
  ['5.', 5],
  ['8.0E+2', 800],
  ['2.87e-6', 2.87e-6],
])('%j is a number in DICOM notation', (text, value) => {
  expect(parseNumber(text)).toEqual({ value, oddity: null });
});

// The number a person reads; worked out by hand.
test.each<[string, number, RegExp]>([
  ['500,5', 500.5, /comma/],
  ['-10,5 ', -10.5, /comma/],
  ['4,00e2', 400, /comma/],
  ['0,500', 0.5, /comma/],
  ['1200,500', 1200.5, /comma/],
  ['1,2000', 1.2, /comma/],
  [',5', 0.5, /comma/],
  ['-,25', -0.25, /comma/],
  ['400,', 400, /comma/],
  ['1.200,5', 1200.5, /thousands/],
  ['1,200.5', 1200.5, /thousands/],
  ['1.200.300', 1200300, /thousands/],
  ["12'345.5", 12345.5, /thousands/],
  ['1\u00a0200,5', 1200.5, /thousands/],
  ['[400]', 400, /brackets/],
  ['"400"', 400, /brackets/],
  ['400 HU', 400, /unit/],
  ['0,5mm', 0.5, /unit and a decimal comma/],
  ['\u22121024', -1024, /script/],
  ['\u20131024', -1024, /script/],
  ['\uff14\uff10\uff10', 400, /script/],
  ['\u0664\u0660\u0660', 400, /script/],
])('%j clearly means %d, and its notation is reported', (text, value, oddity) => {
  expect(parseNumber(text)).toEqual({ value, oddity: expect.stringMatching(oddity) });
});

test.each<[string, number, number]>([
  ['1,200', 1200, 1.2],
  ['-1,024', -1024, -1.024],
  ['350,000 HU', 350000, 350],
])('%j could be %d or %d', (text, grouped, decimal) => {
  expect(parseNumber(text)).toEqual({ either: [grouped, decimal] });
});

test.each([
  '400abc',
  '0x10',
  '400/40',
  '400 40',
  '400\0x',
  'NaN',
  'inf',
  '-Infinity',
  '1e999',
  '1,2,3',
  ',',
  '12,34.5',
  '1.2.3',
  '--4',
  '4-',
  'e5',
  '',
  '10\u00b2',
  '\u00bd',
  '[400, 40]',
])('%j is not a number', (text) => {
  expect(parseNumber(text)).toBeNull();
});

test('a printed list is a list, and nothing else is', () => {
  expect(splitPrintedList('[400, 40] ')).toEqual(['400', '40']);
  expect(splitPrintedList('(0.5; 0.5)')).toEqual(['0.5', '0.5']);
  expect(['[400]', '400, 40', '[0,5]', '[[1, 2], [3, 4]]'].map(splitPrintedList)).toEqual([null, null, null, null]);
});
