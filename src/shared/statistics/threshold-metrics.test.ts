import { expect, it } from 'vitest';
import type { Curves } from '../models/curves';
import { discriminationCurves } from './curves';
import { referenceCases } from './reference-cases';
import { thresholdMetrics } from './threshold-metrics';

it('counts both groups on both sides of a threshold', () => {
  const curves = discriminationCurves(referenceCases(156, 7, true), { positive: [1], negative: [0, 2] });
  // statsmodels 0.15.0: proportion_confint(k, n, method='wilson') of 13 / 51 and 105 / 105.
  expect(thresholdMetrics(curves, 7)).toMatchObject({
    truePositives: 13,
    falsePositives: 0,
    falseNegatives: 38,
    trueNegatives: 105,
    sensitivity: { value: 13 / 51, n: 51, low: expect.closeTo(0.1554577, 7), high: expect.closeTo(0.3886828, 7) },
    specificity: { value: 1, low: expect.closeTo(0.9647059, 7), high: 1 },
    ppv: { value: 1, n: 13 },
    npv: { value: 105 / 143, n: 143 },
  });
});

it('has no negative predictive value where everything is called positive', () => {
  const curves = discriminationCurves(referenceCases(30, 7, true), { positive: [1], negative: [0, 2] });
  const last = thresholdMetrics(curves, curves.thresholds.length - 1);
  expect(last).toMatchObject({ npv: null, specificity: { value: 0 }, sensitivity: { value: 1 } });
  expect(thresholdMetrics({ ...curves, thresholds: [] } as Curves, 0)).toBeNull();
});
