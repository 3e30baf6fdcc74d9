import { expect, it } from 'vitest';
import { liveTable, valueAt } from './live-chart-data';

const points = { x: [10, 20, 30], y: [1, 2, Number.NaN] };

it('finds the last value not after x', () => {
  expect([5, 10, 15, 20, 29].map((x) => valueAt(points, x))).toEqual([null, 1, 1, 2, 2]);
  expect(valueAt(points, 30)).toBeNull();
  expect(valueAt({ x: [], y: [] }, 3)).toBeNull();
});

it('puts all lines into one table', () => {
  const table = liveTable('Step', [
    { key: 'a', label: 'Training', points },
    { key: 'b', label: 'Validation', points: { x: [20], y: [7] } },
  ]);
  expect(table).toEqual({
    columns: ['Step', 'Training', 'Validation'],
    rows: [
      [10, 1, null],
      [20, 2, 7],
      [30, null, null],
    ],
  });
});
