import { describe, expect, it } from 'vitest';
import type { OperatingRule } from '../models/operating-point';
import type { EvaluatedCase } from './evaluate';
import { chooseThreshold, operatingMetrics } from './operating-point';
import { referenceCases } from './reference-cases';

const cases = referenceCases(156, 7, false);
const task = { positive: [1], negative: [0, 2] };

describe('a rule chooses a threshold', () => {
  // numpy on the vertices of scikit-learn 1.9.1's roc_curve; the lower bound from 20,000 resamples of patients.
  it.each<[OperatingRule, number]>([
    [{ kind: 'youden' }, 0.40561526851099333],
    [{ kind: 'sensitivity', atLeast: 0.95, lowerBound: null }, 0.3285915580930468],
    [{ kind: 'specificity', atLeast: 0.9, lowerBound: null }, 0.4300594194583591],
    [{ kind: 'cost', missed: 5 }, 0.32478102479211945],
    [{ kind: 'sensitivity', atLeast: 0.9, lowerBound: 0.88 }, 0.3285915580930468],
  ])('%o', (rule, threshold) => {
    expect(chooseThreshold(cases, task, rule)).toBeCloseTo(threshold, 12);
  });

  it('or none if no threshold fulfils it, or a group has no case', () => {
    // 51 positive images of 40 patients: even if all are found, the bound is 0.91.
    expect(chooseThreshold(cases, task, { kind: 'sensitivity', atLeast: 1, lowerBound: 0.95 })).toBeNull();
    const negatives = cases.filter(({ truth }) => truth !== 1);
    expect(chooseThreshold(negatives, task, { kind: 'youden' })).toBeNull();
  });
});

describe('the numbers of a threshold', () => {
  it('are those of numpy, with their intervals to Monte Carlo error', () => {
    const found = operatingMetrics(cases, task, 0.40561526851099333, { prevalence: 0.01, resamples: 4000 });
    expect(found).toMatchObject({ truePositives: 45, falsePositives: 12, falseNegatives: 6, trueNegatives: 93 });
    expect(found?.positiveLikelihood?.value).toBeCloseTo(7.720588235294115, 9);
    expect(found?.negativeLikelihood?.value).toBeCloseTo(0.1328273244781784, 9);
    expect(found?.population?.truePositives.value).toBeCloseTo(8.823529411764707, 9);
    expect(found?.population?.falsePositives.value).toBeCloseTo(113.14285714285718, 9);
    expect(found?.population?.ppv?.value).toBeCloseTo(0.07234394377842081, 9);
    expect(found?.population?.npv?.value).toBeCloseTo(0.9986601075742204, 9);
    // 20,000 resamples of patients.
    const intervals = [
      [found?.sensitivity, 0.7907, 0.9615],
      [found?.specificity, 0.8283, 0.9417],
      [found?.ppv, 0.6731, 0.8939],
      [found?.npv, 0.8878, 0.9806],
      [found?.positiveLikelihood, 4.9853, 15.2582],
      [found?.negativeLikelihood, 0.0435, 0.2386],
      [found?.population?.ppv, 0.0479, 0.1335],
      [found?.population?.npv, 0.9976, 0.9996],
    ] as const;
    for (const [metric, low, high] of intervals) {
      expect(Math.abs((metric?.low ?? 0) / low - 1)).toBeLessThan(0.05);
      expect(Math.abs((metric?.high ?? 0) / high - 1)).toBeLessThan(0.05);
    }
    // Found and missed add up to all who are ill, at both ends of the interval too.
    const population = found?.population;
    expect((population?.truePositives.low ?? 0) + (population?.falseNegatives.high ?? 0)).toBeCloseTo(10, 9);
  });

  it('have no ratio whose denominator is 0, and none without a case of both groups', () => {
    const one = (truth: number, score: number): EvaluatedCase => ({
      ...{ truth, probabilities: [1 - score, score], predicted: 0, confidence: 0, loss: 0, patient: null },
    });
    const separable = [one(1, 0.9), one(1, 0.8), one(0, 0.2), one(0, 0.1)];
    const binary = { positive: [1], negative: [0] };
    expect(operatingMetrics(separable, binary, 0.5)).toMatchObject({
      sensitivity: { value: 1 },
      positiveLikelihood: null,
      negativeLikelihood: { value: 0 },
    });
    expect(operatingMetrics(separable, binary, 1)).toMatchObject({ ppv: null, npv: { value: 0.5 } });
    expect(operatingMetrics(separable.slice(0, 2), binary, 0.5)).toBeNull();
  });
});
