import { expect, it } from 'vitest';
import { createSchedule } from './schedule';

// By hand from transformers' optimization.py: warm-up s / w, then max(0, .5 (1 + cos(pi p))), (n - s) / (n - w) or 1.
it.each([
  ['cosine', [0, 0.5, 1, 0.5 * (1 + Math.SQRT1_2), 0.5, 0.5 * (1 - Math.SQRT1_2), 0, 0]],
  ['linear', [0, 0.5, 1, 0.75, 0.5, 0.25, 0, 0]],
  ['constant', [0, 0.5, 1, 1, 1, 1, 1, 1]],
] as const)('%s with warm-up', (kind, expected) => {
  const schedule = createSchedule({ kind, learningRate: 0.2, warmupSteps: 2, totalSteps: 6 });
  expected.forEach((share, step) => {
    expect(schedule(step)).toBeCloseTo(0.2 * share, 12);
  });
});

it('starts at the peak without warm-up', () => {
  expect(createSchedule({ kind: 'cosine', learningRate: 1, warmupSteps: 0, totalSteps: 3 })(0)).toBe(1);
});
