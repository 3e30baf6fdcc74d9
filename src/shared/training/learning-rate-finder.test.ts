import { describe, expect, it } from 'vitest';
import { addPoint, hasExploded, type RatePoint, suggestRate, testRates } from './learning-rate-finder';

const test = (losses: readonly number[], rates = testRates({ lowest: 1e-5, highest: 1, steps: losses.length })) =>
  losses.reduce<readonly RatePoint[]>((points, loss, index) => addPoint(points, rates[index] as number, loss), []);

describe('a learning rate test', () => {
  it('increases by a factor', () => {
    const rates = testRates({ lowest: 1e-4, highest: 1, steps: 5 });
    [1e-4, 1e-3, 1e-2, 1e-1, 1].forEach((rate, index) => {
      expect(rates[index]).toBeCloseTo(rate, 12);
    });
  });

  it('smooths without bias towards 0', () => {
    expect(test([2, 2, 2]).map(({ smoothedLoss }) => smoothedLoss)).toEqual(
      [2, 2, 2].map((x) => expect.closeTo(x, 12)),
    );
    // (0.9 × 0.1 × 1 + 0.1 × 3) / (1 - 0.81)
    expect(test([1, 3])[1]?.smoothedLoss).toBeCloseTo(0.39 / 0.19, 12);
  });

  it('suggests the middle of the valley, despite single batches', () => {
    // A fall as of a logistic curve around step 50 with noise on it, and an explosion after step 80.
    const losses = Array.from({ length: 100 }, (_, step) =>
      step < 80 ? 1.1 - 0.9 / (1 + Math.exp(-(step - 50) / 6)) + 0.02 * Math.sin(7 * step) : 0.2 + (step - 80) ** 2,
    );
    const rate = suggestRate(test(losses)) as number;
    const step = (99 * Math.log(rate / 1e-5)) / Math.log(1e5);
    expect(step).toBeGreaterThan(50);
    expect(step).toBeLessThan(70);
  });

  it('skips an initial part that hardly falls', () => {
    const points = (losses: readonly number[]) =>
      losses.map((loss, index) => ({ learningRate: 10 ** (index - 7), loss, smoothedLoss: loss }));
    // A tenth of the fall is done at the fifth, and the seventh is lowest: the sixth.
    expect(suggestRate(points([5, 4.99, 4.98, 4.97, 4, 2, 1, 9]))).toBeCloseTo(10 ** (5 - 7), 12);
  });

  it('suggests nothing if nothing was learned', () => {
    const flat = Array.from({ length: 40 }, (_, step) => (step < 35 ? 1.1 + 0.01 * Math.sin(7 * step) : step ** 2));
    expect(suggestRate(test(flat))).toBeNull();
    expect(suggestRate([])).toBeNull();
  });

  it('ends when the loss explodes or is not a number', () => {
    expect(hasExploded(test([1, 0.9, 1.2]))).toBe(false);
    expect(hasExploded(test([1, 0.9, 60]))).toBe(true);
    expect(hasExploded(test([1, Number.NaN]))).toBe(true);
  });
});
