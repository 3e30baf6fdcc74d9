import { expect, it } from 'vitest';
import { spreadOf } from './spread';

it('is the mean, the sample standard deviation and the range', () => {
  // By hand: mean 0.8, squares 0.01 + 0 + 0.01, over n - 1 = 2.
  const { mean, standardDeviation, lowest, highest } = spreadOf([0.7, 0.8, 0.9]);
  expect(mean).toBeCloseTo(0.8, 12);
  expect(standardDeviation).toBeCloseTo(0.1, 12);
  expect([lowest, highest]).toEqual([0.7, 0.9]);
  expect(spreadOf([2])).toEqual({ mean: 2, standardDeviation: 0, lowest: 2, highest: 2 });
});
