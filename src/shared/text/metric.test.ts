import { expect, it } from 'vitest';
import { formatInterval, formatMetric, formatPercentInterval } from './metric';

it('formats metrics with three decimals and their interval, if any', () => {
  expect(formatMetric({ value: 0.9103, low: 0.8554, high: 0.9461 })).toBe('0.910 [0.855, 0.946]');
  expect(formatMetric({ value: 0.8421, low: 0.79, high: 0.885 })).toBe('0.842 [0.790, 0.885]');
  expect(formatMetric({ value: 0.9103, low: 0.8554, high: 0.9461 }, 2)).toBe('0.91 [0.86, 0.95]');
  expect(formatMetric({ value: 1.2, low: null, high: null })).toBe('1.200');
  expect(formatMetric(null)).toBe('–');
  expect(formatInterval({ low: 0, high: 1 })).toBe('[0.000, 1.000]');
  expect(formatInterval({ low: null, high: null })).toBe('');
  expect(formatPercentInterval({ low: 0.7531, high: 0.8729 })).toBe('75.3 – 87.3 %');
  expect(formatPercentInterval({ low: null, high: null })).toBe('');
});
