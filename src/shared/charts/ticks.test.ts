import { expect, it } from 'vitest';
import { roundStep, roundTicks } from './ticks';

it('steps by 1, 2 and 5 times a power of ten', () => {
  expect([0.3, 1, 1.5, 2, 4, 6, 30].map(roundStep)).toEqual([0.5, 1, 2, 2, 5, 10, 50]);
});

it('gives the round values of a range, its ends where they are round', () => {
  expect(roundTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(roundTicks(1, 12, 6)).toEqual([2, 4, 6, 8, 10, 12]);
});
