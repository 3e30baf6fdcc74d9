import { expect, it } from 'vitest';
import { formatCompact, formatFixed, formatInterval, formatMemory, formatMetric, formatParameters } from './format';

it('shows metrics with three decimals and their interval', () => {
  expect(formatMetric({ value: 0.9103, low: 0.8554, high: 0.9461, n: 156 })).toBe('0.910 [0.855, 0.946]');
  expect(formatMetric({ value: 1.2, low: null, high: null, n: 3 })).toBe('1.200');
  expect(formatMetric(null)).toBe('–');
  expect(formatInterval({ value: 0.5, low: 0, high: 1, n: 1 })).toBe('[0.000, 1.000]');
  expect(formatFixed(Number.NaN)).toBe('–');
});

it('shows numbers short', () => {
  expect(formatCompact(2e-5)).toBe('2e-5');
  expect(formatCompact(0.00034567)).toBe('3.46e-4');
  expect(formatCompact(0.42135)).toBe('0.421');
  expect(formatCompact(0)).toBe('0');
  expect(formatCompact(-1.5)).toBe('-1.5');
  expect(formatCompact(Number.NaN)).toBe('–');
});

it('shows sizes', () => {
  expect(formatMemory(500.4)).toBe('500 MiB');
  expect(formatMemory(5018)).toBe('4.9 GiB');
  expect(formatParameters(303_304_707)).toBe('303.3 M');
  expect(formatParameters(1203)).toBe('1,203');
});
