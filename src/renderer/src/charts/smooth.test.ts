import { expect, it } from 'vitest';
import { exponentialMovingAverage } from './smooth';

it('starts at the first value and keeps constants', () => {
  expect(exponentialMovingAverage([4, 4, 4], 0.9)).toEqual([4, 4, 4].map((value) => expect.closeTo(value, 12)));
});

it('weights by hand-computed shares', () => {
  // k = 2, w = 0.5: (0.25·1 + 0.5·3) / 0.75 = 7/3
  expect(exponentialMovingAverage([1, 3], 0.5)[1]).toBeCloseTo(7 / 3, 12);
});

it('skips gaps', () => {
  const smooth = exponentialMovingAverage([1, Number.NaN, 1], 0.9);
  expect(smooth[1]).toBeNaN();
  expect(smooth[2]).toBeCloseTo(1, 12);
});
