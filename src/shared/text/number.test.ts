import { expect, it } from 'vitest';
import {
  formatBytes,
  formatCompact,
  formatFixed,
  formatMemory,
  formatNumber,
  formatParameters,
  formatPercent,
  formatQuantity,
} from './number';

it('formats numbers with three digits', () => {
  expect([0, 12_345.6, 58.345, 0.5, 0.000_02, -1.236].map(formatNumber)).toEqual([
    '0',
    '12,346',
    '58.3',
    '0.5',
    '2.0e-5',
    '-1.24',
  ]);
  expect(formatPercent(0.9103)).toBe('91.0 %');
  expect(formatQuantity(1, 'image')).toBe('1 image');
  expect(formatQuantity(1200, 'image')).toBe('1,200 images');
  expect([999, 1500, 412e6, 2.5e9].map(formatBytes)).toEqual(['999 B', '1.5 kB', '412 MB', '2.5 GB']);
});

it('formats numbers compactly', () => {
  expect(formatCompact(2e-5)).toBe('2e-5');
  expect(formatCompact(0.00034567)).toBe('3.46e-4');
  expect(formatCompact(0.42135)).toBe('0.421');
  expect(formatCompact(0)).toBe('0');
  expect(formatCompact(-1.5)).toBe('-1.5');
  expect(formatCompact(Number.NaN)).toBe('–');
  expect(formatFixed(Number.NaN)).toBe('–');
});

it('formats sizes', () => {
  expect(formatMemory(500.4)).toBe('500 MiB');
  expect(formatMemory(5018)).toBe('4.9 GiB');
  expect(formatParameters(303_304_707)).toBe('303.3 M');
  expect(formatParameters(1203)).toBe('1,203');
});
