import { describe, expect, it } from 'vitest';
import { createRandom } from '../imaging/random';
import type { EvaluatedCase } from './evaluate';
import { independentDifference, newcombeInterval } from './independent-difference';

describe('newcombeInterval', () => {
  // statsmodels 0.15.0: confint_proportions_2indep(..., method='newcomb', compare='diff').
  it.each([
    [56, 70, 48, 80, 0.05243147240236498, 0.33387265403690614],
    [10, 10, 0, 20, 0.6790860371419145, 1],
    [148, 156, 127, 155, 0.05906240996859048, 0.20188371739484773],
  ])('of %i/%i and %i/%i', (a, n, b, m, low, high) => {
    const found = newcombeInterval({ successes: a, trials: n }, { successes: b, trials: m });
    expect(found?.low).toBeCloseTo(low, 10);
    expect(found?.high).toBeCloseTo(high, 10);
  });

  it('does not exist without trials', () => {
    expect(newcombeInterval({ successes: 0, trials: 0 }, { successes: 1, trials: 2 })).toBeNull();
  });
});

describe('independentDifference', () => {
  /** Two classes; right with a probability; scores that go with the truth by `strength`. */
  const cases = (n: number, strength: number, seed: number): EvaluatedCase[] => {
    const random = createRandom(seed);
    return Array.from({ length: n }, (_, index) => {
      const truth = index % 2;
      const score = 0.5 + (truth === 1 ? 1 : -1) * strength * 0.25 + (random.next() - 0.5) * 0.5;
      const predicted = score > 0.5 ? 1 : 0;
      return {
        truth,
        predicted,
        confidence: Math.max(score, 1 - score),
        probabilities: [1 - score, score],
        loss: 1,
        patient: index,
      };
    });
  };

  it('is 0 within its interval for equal cases, and distinct for different ones', () => {
    const same = independentDifference(cases(120, 0.5, 1), cases(120, 0.5, 1), ['a', 'b'], 'auc');
    expect(same?.value).toBe(0);
    expect(same?.low).toBeLessThan(0);
    expect(same?.high).toBeGreaterThan(0);
    const apart = independentDifference(cases(120, 0.9, 2), cases(120, 0.1, 3), ['a', 'b'], 'auc');
    expect(apart?.low).toBeGreaterThan(0.1);
    expect(apart?.n).toBe(240);
    const accuracy = independentDifference(cases(120, 0.9, 2), cases(120, 0.1, 3), ['a', 'b'], 'accuracy');
    expect(accuracy?.low).toBeGreaterThan(0);
  });

  it('has no value if a class is missing on one side', () => {
    const one = cases(20, 0.5, 4).filter(({ truth }) => truth === 0);
    expect(independentDifference(one, cases(20, 0.5, 5), ['a', 'b'], 'auc')).toBeNull();
    expect(independentDifference([], cases(20, 0.5, 5), ['a', 'b'], 'accuracy')).toBeNull();
  });

  /** Half-width of a normal interval from the two samples' own variances, for a mean (the loss). */
  it('agrees with the normal interval of a difference of means', () => {
    const random = createRandom(9);
    const of = (n: number, shift: number): EvaluatedCase[] =>
      cases(n, 0.5, n).map((entry) => ({ ...entry, loss: shift + random.next() }));
    const [one, two] = [of(200, 0.3), of(150, 0)];
    const found = independentDifference(one, two, ['a', 'b'], 'loss', { resamples: 4000, seed: 7 });
    // Uniform on 0..1: variance 1/12 each.
    const half = 1.96 * Math.sqrt(1 / 12 / 200 + 1 / 12 / 150);
    expect(found?.value).toBeCloseTo(0.3, 1);
    expect((found?.high ?? 0) - (found?.low ?? 0)).toBeGreaterThan(2 * half * 0.9);
    expect((found?.high ?? 0) - (found?.low ?? 0)).toBeLessThan(2 * half * 1.1);
  });
});
