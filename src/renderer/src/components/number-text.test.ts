import { expect, it } from 'vitest';
import { decimalText, parseDecimal } from './number-text';

it('reads numbers as people write them', () => {
  expect(['2e-5', '0.00002', '0,1', ' 1E-3 ', '.5', '7.'].map(parseDecimal)).toEqual([2e-5, 2e-5, 0.1, 1e-3, 0.5, 7]);
  expect(['', 'abc', '1e', '1.2.3', '0x10', 'Infinity', '1e999'].map(parseDecimal)).toEqual(new Array(7).fill(null));
});

it('writes them in short form, and reads that back', () => {
  expect([2e-5, 0.01, 1e-3, 0, 5].map(decimalText)).toEqual(['2e-5', '0.01', '0.001', '0', '5']);
  for (const value of [2e-5, 3.3e-4, 0.1, 12.5]) expect(parseDecimal(decimalText(value))).toBe(value);
});
