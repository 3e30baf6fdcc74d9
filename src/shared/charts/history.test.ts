import { expect, it } from 'vitest';
import { drawHistory, epochAxis, valueAxis } from './history';

const lines = [
  { label: 'Training loss', points: [1, 2, 3, 4].map((epoch) => [epoch, 1 / epoch] as const) },
  { label: 'Validation loss', points: [[1, 1.13] as const, [4, Number.NaN] as const] },
];

it('has whole epochs and round values', () => {
  expect(epochAxis(lines, 6)).toMatchObject({ domain: [1, 4], ticks: [1, 2, 3, 4] });
  // 0.25 to 1.13 in steps of 0.2.
  expect(valueAxis(lines)).toMatchObject({ domain: [0.2, 1.2], ticks: [0.2, 0.4, 0.6, 0.8, 1, 1.2] });
  expect(valueAxis(lines, [0]).domain).toEqual([0, 1.2]);
});

it('gives a single epoch a width', () => {
  const one = [{ label: 'Loss', points: [[1, 0.5] as const] }];
  expect(epochAxis(one, 6)).toMatchObject({ domain: [0, 1], ticks: [1] });
  expect(epochAxis([], 6).domain).toEqual([0, 1]);
});

it('leaves out non-finite values', () => {
  const { body } = drawHistory(lines, { scheme: 'light', include: [0], bestEpoch: 4 });
  expect(body.match(/<circle /g)).toHaveLength(5);
  expect(body).toContain('best: epoch 4');
  expect(body).not.toMatch(/NaN|Infinity|undefined/);
});
