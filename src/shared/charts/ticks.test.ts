import { expect, it } from 'vitest';
import { wholeTicks } from './ticks';

it('returns the round whole values of a range, including round ends', () => {
  expect(wholeTicks(1, 12, 6)).toEqual([2, 4, 6, 8, 10, 12]);
  expect(wholeTicks(0, 1, 5)).toEqual([0, 1]);
  expect(wholeTicks(3, 3, 5)).toEqual([3]);
});
