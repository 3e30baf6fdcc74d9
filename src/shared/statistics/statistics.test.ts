import { describe, expect, it } from 'vitest';
import { binaryAuc, oneVersusRestAuc } from './auc';
import { quantile } from './bootstrap';
import { classificationMetrics } from './classification';
import { confidenceBin, confidenceHistogram } from './confidence-histogram';
import { confusionMatrix } from './confusion-matrix';
import { argmax, caseCrossEntropy, caseLogLoss } from './log-loss';
import { wilsonInterval } from './wilson';

describe('confusion matrix and its metrics', () => {
  it('counts truth by row and prediction by column, and counts weights', () => {
    expect(confusionMatrix([0, 0, 1, 2], [0, 1, 1, 0], 3)).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [1, 0, 0],
    ]);
    expect(confusionMatrix([0, 0, 1], [0, 1, 1], 2, [2, 0, 3])).toEqual([
      [2, 0],
      [0, 3],
    ]);
  });

  it('rejects an invalid class', () => {
    expect(() => confusionMatrix([0, 3], [0, 0], 3)).toThrow(RangeError);
    expect(() => confusionMatrix([0, 1], [0, -1], 3)).toThrow(RangeError);
    expect(() => confusionMatrix([0], [0, 1], 3)).toThrow(RangeError);
  });

  it('is 0 for a class that is never predicted and has no case', () => {
    // sklearn 1.9.1: precision_recall_fscore_support([0,0,1,1,0], [0,1,1,2,0], labels=[0,1,2], zero_division=0)
    const metrics = classificationMetrics(confusionMatrix([0, 0, 1, 1, 0], [0, 1, 1, 2, 0], 3));
    expect(metrics.perClass.map((entry) => entry.precision)).toEqual([1, 0.5, 0]);
    expect(metrics.perClass.map((entry) => entry.recall)).toEqual([2 / 3, 0.5, 0]);
    expect(metrics.perClass.map((entry) => entry.f1)).toEqual([0.8, 0.5, 0]);
    expect(metrics.perClass.map((entry) => entry.support)).toEqual([3, 2, 0]);
    expect(metrics.macroPrecision).toBeCloseTo(0.5, 12);
    expect(metrics.macroRecall).toBeCloseTo(0.38888888888888884, 12);
    expect(metrics.macroF1).toBeCloseTo(0.43333333333333335, 12);
  });

  it('divides all cases of a class into true and false, positive and negative', () => {
    const { perClass, n } = classificationMetrics([
      [5, 1, 0],
      [2, 7, 3],
      [0, 1, 4],
    ]);
    expect(perClass[1]).toMatchObject({ truePositives: 7, falsePositives: 2, falseNegatives: 5, trueNegatives: 9 });
    for (const entry of perClass) {
      expect(entry.truePositives + entry.falsePositives + entry.falseNegatives + entry.trueNegatives).toBe(n);
    }
  });
});

describe('AUC', () => {
  it('is the share of pairs in the right order, ties one half', () => {
    // By hand: positives .8 .5, negatives .5 .1: pairs 1, 1, 0.5, 1.
    expect(binaryAuc([0.8, 0.5, 0.5, 0.1], [1, 1, 0, 0])).toBe(0.875);
    expect(binaryAuc([0.3, 0.3, 0.3], [1, 0, 0])).toBe(0.5);
    expect(binaryAuc([0.1, 0.9], [1, 0])).toBe(0);
  });

  it('is null if a class is absent, as is the macro mean', () => {
    const result = oneVersusRestAuc([0.7, 0.2, 0.1, 0.1, 0.8, 0.1], [0, 1], 3);
    expect(result.perClass).toEqual([1, 1, null]);
    expect(result.macro).toBeNull();
  });

  it('rejects a score that is not a number', () => {
    expect(() => binaryAuc([0.1, Number.NaN], [1, 0])).toThrow(RangeError);
  });
});

describe('Wilson interval', () => {
  // statsmodels 0.14: proportion_confint(k, n, method="wilson")
  it.each([
    [142, 156, 0.8550045066026877, 0.9457889855512283],
    [21, 27, 0.5924307113336742, 0.8939276054763996],
    [36, 42, 0.7215891052555522, 0.9328403298403735],
    [0, 10, 0, 0.27753279986288926],
    [10, 10, 0.7224672001371106, 1],
    [1, 3, 0.06149194472039626, 0.7923403991979523],
  ])('%d of %d', (successes, trials, low, high) => {
    const interval = wilsonInterval(successes, trials);
    expect(interval?.low).toBeCloseTo(low, 12);
    expect(interval?.high).toBeCloseTo(high, 12);
  });

  it('does not exist without trials, and rejects more successes than trials', () => {
    expect(wilsonInterval(0, 0)).toBeNull();
    expect(() => wilsonInterval(3, 2)).toThrow(RangeError);
  });
});

describe('loss of a case', () => {
  it('is the same from logits and from probabilities', () => {
    const logits = [1.5, -0.3, 0.2];
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    const probabilities = logits.map((logit) => Math.exp(logit) / total);
    expect(caseCrossEntropy(logits, 2)).toBeCloseTo(caseLogLoss(probabilities, 2), 12);
  });

  it('stays finite at probability 0 and exact at extreme logits', () => {
    expect(caseLogLoss([1, 0], 1)).toBeCloseTo(36.04365338911715, 9); // -log(2^-52)
    expect(caseCrossEntropy([1000, 0], 1)).toBe(1000);
  });

  it('predicts the first of equal values', () => {
    expect(argmax([0.2, 0.4, 0.4])).toBe(1);
  });
});

describe('confidence histogram', () => {
  it('puts each case in the bin of its confidence, 1 in the last', () => {
    expect([0, 0.05, 0.49, 0.5, 0.999, 1].map((value) => confidenceBin(value))).toEqual([0, 1, 9, 10, 19, 19]);
    const histogram = confidenceHistogram([
      { confidence: 0.97, correct: true },
      { confidence: 1, correct: true },
      { confidence: 0.97, correct: false },
    ]);
    expect(histogram.edges).toHaveLength(21);
    expect(histogram.correct[19]).toBe(2);
    expect(histogram.incorrect[19]).toBe(1);
    expect([...histogram.correct, ...histogram.incorrect].reduce((sum, count) => sum + count, 0)).toBe(3);
  });
});

it('interpolates a quantile between order statistics as numpy does', () => {
  // numpy.quantile([1, 2, 4, 8], [0.025, 0.5, 0.975]) = 1.075, 3, 7.7
  const sorted = Float64Array.of(1, 2, 4, 8);
  expect(quantile(sorted, 0.025)).toBeCloseTo(1.075, 12);
  expect(quantile(sorted, 0.5)).toBeCloseTo(3, 12);
  expect(quantile(sorted, 0.975)).toBeCloseTo(7.7, 12);
});
