import { describe, expect, it } from 'vitest';
import { evaluateCases } from './evaluate';
import { noIntervalReason } from './no-interval';

/** Two classes, a patient each; `right`: how many of the cases are answered right, with certainty. */
function results(cases: number, right: number) {
  return evaluateCases(
    Array.from({ length: cases }, (_, index) => {
      const truth = index % 2;
      const predicted = index < right ? truth : 1 - truth;
      const probabilities = predicted === 0 ? [0.9, 0.1] : [0.1, 0.9];
      const loss = -Math.log(probabilities[truth] ?? 1);
      return { truth, predicted, confidence: 0.9, probabilities, loss, patient: index };
    }),
    ['a', 'b'],
  );
}

describe('a number without an interval', () => {
  it('explains why', () => {
    const perfect = results(40, 40);
    expect(perfect.macroF1).toMatchObject({ value: 1, low: null });
    expect(noIntervalReason(perfect.macroF1)).toBe('no interval: no errors to resample');
    // Wilson's interval of an accuracy of 1 is there: 40 / (40 + 1.96²) = 0.912.
    expect(perfect.accuracy.low).toBeCloseTo(0.912, 3);
    expect(noIntervalReason(perfect.accuracy)).toBeNull();
    expect(noIntervalReason({ value: 0, low: null, high: null, n: 40 })).toBe(
      'no interval: no correct predictions to resample',
    );
    expect(noIntervalReason({ value: 0.5, low: null, high: null, n: 3 })).toBe(
      'no interval: resamples identical or too few',
    );
    expect(noIntervalReason({ value: 1, low: null, high: null, n: 1 })).toBe('no interval: a single case');
    expect(noIntervalReason({ value: 0, low: null, high: null, n: 0 })).toBe('no interval: nothing to count');
    expect(noIntervalReason(results(40, 30).macroF1)).toBeNull();
  });
});
