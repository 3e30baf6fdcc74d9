import { describe, expect, it } from 'vitest';
import { beta, createRandom, logGamma } from './random';

const DRAWS = 20_000;

function moments(draw: () => number) {
  const values = Array.from({ length: DRAWS }, draw);
  const mean = values.reduce((sum, x) => sum + x, 0) / DRAWS;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / DRAWS;
  return { mean, variance };
}

describe('the gamma distribution', () => {
  // Mean and variance are the shape; the variance of a sample's variance is (mu4 - sigma^4) / n, mu4 = 3 a^2 + 6 a.
  it.each([0.3, 1, 2.5, 20])('has its mean and variance for the shape %d', (shape) => {
    const random = createRandom(1);
    const { mean, variance } = moments(() => Math.exp(logGamma(random, shape)));
    expect(Math.abs(mean - shape)).toBeLessThan(5 * Math.sqrt(shape / DRAWS));
    expect(Math.abs(variance - shape)).toBeLessThan(5 * Math.sqrt((2 * shape ** 2 + 6 * shape) / DRAWS));
  });
});

describe('the beta distribution', () => {
  // Mean a / (a + b), variance a b / ((a + b)^2 (a + b + 1)).
  it.each([
    [0.2, 0.2],
    [1, 1],
    [8, 8],
    [2, 0.5],
  ])('has its mean and variance for %d and %d', (a, b) => {
    const random = createRandom(2);
    const { mean, variance } = moments(() => beta(random, a, b));
    const expected = (a * b) / ((a + b) ** 2 * (a + b + 1));
    expect(Math.abs(mean - a / (a + b))).toBeLessThan(5 * Math.sqrt(expected / DRAWS));
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.06);
  });
  it('has its quantiles', () => {
    // The distribution function of Beta(1/2, 1/2) is 2 / pi asin(sqrt x): a quarter of it lies below 0.1464466.
    const random = createRandom(3);
    const below = Array.from({ length: DRAWS }, () => beta(random, 0.5, 0.5)).filter((x) => x < 0.1464466).length;
    expect(Math.abs(below / DRAWS - 0.25)).toBeLessThan(5 * Math.sqrt(0.1875 / DRAWS));
  });
  it('is a number even if the gammas underflow', () => {
    const random = createRandom(4);
    const values = Array.from({ length: 2000 }, () => beta(random, 1e-3, 1e-3));
    expect(values.every((x) => x >= 0 && x <= 1)).toBe(true);
    expect(values.filter((x) => x > 0.5).length / values.length).toBeCloseTo(0.5, 1);
  });
});
