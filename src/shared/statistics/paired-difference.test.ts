import { describe, expect, it } from 'vitest';
import { evaluateCases } from './evaluate';
import { type ImageCase, pairCases, pairedDifference } from './paired-difference';
import { referenceCases } from './reference-cases';

const classes = ['benign', 'malignant', 'normal'];
const withImages = (n: number, seed: number): ImageCase[] =>
  referenceCases(n, seed, false).map((entry, image) => ({ ...entry, image }));
const first = withImages(156, 7);
/** The first model's answers, blended with noise: 0.6 of its probabilities and 0.4 of those that seed 8 draws. */
const second = first.map((entry, index): ImageCase => {
  const noise = referenceCases(156, 8, false)[index]?.probabilities ?? [];
  const blended = entry.probabilities.map((p, label) => 0.6 * p + 0.4 * (noise[label] ?? 0));
  const sum = blended.reduce((total, p) => total + p, 0);
  const probabilities = blended.map((p) => p / sum);
  const confidence = Math.max(...probabilities);
  return {
    ...entry,
    probabilities,
    confidence,
    predicted: probabilities.indexOf(confidence),
    loss: -Math.log(probabilities[entry.truth] ?? 0),
  };
});

describe('pairedDifference', () => {
  // The same cases in Python; scikit-learn 1.9's f1_score(average="macro") and roc_auc_score(multi_class="ovr"); 4,000
  // resamples of the 51 patients by numpy's choice, both models on each, percentiles 2.5 and 97.5.
  it.each([
    ['accuracy', -0.13461538, -0.21127438, -0.06121827],
    ['macroF1', -0.13490674, -0.21189055, -0.06188985],
    ['auc', -0.06419753, -0.09744648, -0.03135453],
    ['loss', 0.14566564, 0.11687075, 0.17466332],
  ] as const)('matches the reference for %s, to Monte Carlo error', (metric, value, low, high) => {
    const pairs = pairCases(first, second) ?? [];
    const found = pairedDifference(pairs, classes, metric, { resamples: 4000, seed: 1 });
    expect(found?.value).toBeCloseTo(value, 7);
    const width = high - low;
    expect(Math.abs((found?.low ?? Number.NaN) - low)).toBeLessThan(0.06 * width);
    expect(Math.abs((found?.high ?? Number.NaN) - high)).toBeLessThan(0.06 * width);
    expect(found?.n).toBe(156);
  });

  it('equals the difference of the two evaluations', () => {
    const [a, b] = [evaluateCases(first, classes), evaluateCases(second, classes)];
    const pairs = pairCases(first, second) ?? [];
    expect(pairedDifference(pairs, classes, 'macroF1')?.value).toBeCloseTo(b.macroF1.value - a.macroF1.value, 12);
    expect(pairedDifference(pairs, classes, 'auc')?.value).toBeCloseTo((b.auc?.value ?? 0) - (a.auc?.value ?? 0), 12);
  });

  it('is zero, without an interval, between a model and itself', () => {
    const pairs = pairCases(first, first.toReversed()) ?? [];
    expect(pairedDifference(pairs, classes, 'accuracy')).toEqual({ value: 0, low: null, high: null, n: 156 });
  });

  it('has no AUC if a class has no cases', () => {
    const some = first.filter((entry) => entry.truth !== 2);
    expect(pairedDifference(pairCases(some, some) ?? [], classes, 'auc')).toBeNull();
    expect(pairedDifference([], classes, 'accuracy')).toBeNull();
  });
});

describe('pairCases', () => {
  it('rejects other images, another truth and a duplicate image', () => {
    expect(pairCases(first, second.slice(1))).toBeNull();
    expect(pairCases(first, [{ ...(second[0] as ImageCase), image: 999 }, ...second.slice(1)])).toBeNull();
    const [head, ...rest] = second as [ImageCase, ...ImageCase[]];
    expect(pairCases(first, [{ ...head, truth: (head.truth + 1) % 3 }, ...rest])).toBeNull();
    const twice = [head, head];
    expect(pairCases(twice, twice)).toBeNull();
  });
});
