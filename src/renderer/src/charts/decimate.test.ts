import { describe, expect, it } from 'vitest';
import { alignSeries, decimate, extentOfX, lowerBound } from './decimate';

function line(count: number, value: (x: number) => number) {
  const x = Array.from({ length: count }, (_, index) => index);
  return { x, y: x.map(value) };
}

describe('decimate', () => {
  it('keeps all of a few points', () => {
    const points = line(50, (x) => x * x);
    expect(decimate(points, 0, 49, 100)).toEqual(points);
  });

  it('keeps the ends and a single spike among 100,000 points', () => {
    const points = line(100_000, (x) => (x === 54_321 ? 1000 : Math.sin(x)));
    const thin = decimate(points, 0, 99_999, 500);
    expect(thin.x.length).toBeLessThanOrEqual(1002);
    expect(thin.x.length).toBeGreaterThan(500);
    expect(thin.x[0]).toBe(0);
    expect(thin.x.at(-1)).toBe(99_999);
    expect(thin.y[thin.x.indexOf(54_321)]).toBe(1000);
  });

  it('keeps x in order and values unchanged', () => {
    const points = line(5000, (x) => Math.cos(x * 7) * x);
    const thin = decimate(points, 0, 5000, 60);
    for (let index = 0; index < thin.x.length; index++) {
      const x = thin.x[index] as number;
      expect(thin.y[index]).toBe(points.y[x]);
      if (index > 0) expect(x).toBeGreaterThan(thin.x[index - 1] as number);
    }
  });

  it('uses only the visible part, with one neighbour on each side', () => {
    expect(
      decimate(
        line(100, (x) => x),
        10,
        12,
        50,
      ).x,
    ).toEqual([9, 10, 11, 12, 13]);
    expect(
      decimate(
        line(3, (x) => x),
        10,
        12,
        50,
      ).x,
    ).toEqual([2]);
    expect(decimate({ x: [], y: [] }, 0, 1, 50).x).toEqual([]);
  });
});

describe('alignSeries', () => {
  it('joins on the union of x and leaves gaps', () => {
    expect(
      alignSeries([
        { x: [1, 2, 4], y: [10, 20, 40] },
        { x: [2, 3], y: [5, Number.NaN] },
      ]),
    ).toEqual({
      x: [1, 2, 3, 4],
      y: [
        [10, 20, null, 40],
        [null, 5, null, null],
      ],
    });
  });
});

it('finds bounds', () => {
  expect(lowerBound([1, 3, 3, 5], 3)).toBe(1);
  expect(lowerBound([1, 3, 3, 5], 6)).toBe(4);
  expect(extentOfX([{ x: [], y: [] }])).toBeNull();
  expect(extentOfX([line(3, Number), { x: [-5, 9], y: [0, 0] }])).toEqual([-5, 9]);
});
