import { describe, expect, it } from 'vitest';
import type { BinaryTask } from '../models/curves';
import { oneVersusRest, taskScore } from './binary-task';
import { discriminationCurves } from './curves';
import { type EvaluatedCase, evaluateCases } from './evaluate';
import { referenceCases } from './reference-cases';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/**
 * scikit-learn 1.9.1 on `referenceCases(n, seed, coarse)`: roc_curve(drop_intermediate=False), precision_recall_curve,
 * roc_auc_score, average_precision_score. Intervals: numpy, 4,000 resamples of patients, percentiles 2.5 and 97.5,
 * sensitivity at 1 - specificity 0.1, 0.25, 0.5 and precision at recall 0.25, 0.5, 0.9.
 */
const references: readonly {
  readonly cases: Parameters<typeof referenceCases>;
  readonly task: BinaryTask;
  readonly counts: readonly [positives: number, negatives: number, vertices: number];
  readonly sums: readonly [truePositives: number, falsePositives: number, thresholds: number, precisions: number];
  readonly areas: readonly [auc: number, averagePrecision: number];
  readonly intervals: readonly (readonly [number, number])[];
}[] = [
  {
    cases: [156, 7, false],
    task: { positive: [1], negative: [0, 2] },
    counts: [51, 105, 156],
    sums: [6357, 5889, 53.60290523759904, 101.45807324597651],
    areas: [0.9394957983193277, 0.8771369622223564],
    intervals: [
      [0.897, 0.971],
      [0.779, 0.947],
      [0.6, 0.945],
      [0.86, 1],
      [1, 1],
      [0.812, 1],
      [0.697, 1],
      [0.571, 0.882],
    ],
  },
  {
    cases: [156, 7, true],
    task: { positive: [1], negative: [0, 2] },
    counts: [51, 105, 77],
    sums: [3043, 2965, 26.951675225213883, 50.795203317553],
    areas: [0.9387488328664799, 0.876066358348755],
    intervals: [
      [0.897, 0.971],
      [0.78, 0.946],
      [0.658, 0.939],
      [0.854, 1],
      [0.977, 1],
      [0.765, 1],
      [0.706, 1],
      [0.545, 0.9],
    ],
  },
  {
    cases: [90, 3, true],
    task: { positive: [2], negative: [1] },
    counts: [31, 32, 49],
    sums: [1111, 476, 23.65572784198945, 40.02371263081374],
    areas: [0.9344758064516129, 0.9360662542566285],
    intervals: [
      [0.874, 0.984],
      [0.879, 0.985],
      [0.526, 0.962],
      [0.742, 1],
      [1, 1],
      [1, 1],
      [0.87, 1],
      [0.634, 0.955],
    ],
  },
  {
    cases: [300, 11, false],
    task: { positive: [0, 2], negative: [1] },
    counts: [194, 106, 300],
    sums: [37558, 7592, 199.3177607525774, 268.43179671235004],
    areas: [0.9065843221163198, 0.9477157061468258],
    intervals: [
      [0.871, 0.94],
      [0.924, 0.969],
      [0.587, 0.813],
      [0.788, 0.945],
      [0.936, 1],
      [1, 1],
      [0.931, 1],
      [0.791, 0.908],
    ],
  },
];

describe('curves', () => {
  it.each(references)('are those of scikit-learn: $cases, $task', ({ cases, task, counts, sums, areas, intervals }) => {
    const found = discriminationCurves(referenceCases(...cases), task, { resamples: 4000, seed: 1 });
    const { thresholds, truePositives, falsePositives, auc, averagePrecision, bands } = found;
    expect([found.positives, found.negatives, thresholds.length]).toEqual(counts);
    expect([sum(truePositives), sum(falsePositives)]).toEqual(sums.slice(0, 2));
    expect(sum(thresholds)).toBeCloseTo(sums[2], 9);
    // scikit-learn ends its curve with a precision of 1 at a recall of 0.
    const precisions = truePositives.map((one, index) => one / (one + (falsePositives[index] ?? 0)));
    expect(sum(precisions) + 1).toBeCloseTo(sums[3], 9);
    expect(thresholds).toEqual(thresholds.toSorted((a, b) => b - a));
    expect([truePositives.at(-1), falsePositives.at(-1)]).toEqual(counts.slice(0, 2));
    expect(auc?.value).toBeCloseTo(areas[0], 12);
    expect(averagePrecision?.value).toBeCloseTo(areas[1], 12);

    const at = ({ low, high }: { low: (number | null)[]; high: (number | null)[] }, step: number) => [
      low[step] ?? 1,
      high[step] ?? 1,
    ];
    const computed = [
      [auc?.low, auc?.high],
      [averagePrecision?.low, averagePrecision?.high],
      ...[10, 25, 50].map((step) => at(bands.sensitivity, step)),
      ...[25, 50, 90].map((step) => at(bands.precision, step)),
    ];
    for (const [index, [low, high]] of intervals.entries()) {
      // Sensitivity and precision at a point jump from case to case.
      const digits = index < 2 ? 2 : 1;
      expect(computed[index]?.[0], `${index} low`).toBeCloseTo(low, digits);
      expect(computed[index]?.[1], `${index} high`).toBeCloseTo(high, digits);
    }
  });

  it('agree with the evaluation on the AUC of a class, and on its interval', () => {
    const cases = referenceCases(156, 7, false);
    const { perClass } = evaluateCases(cases, ['a', 'b', 'c']);
    const curves = oneVersusRest(3).map((task) => discriminationCurves(cases, task));
    for (const [label, { auc }] of perClass.entries()) {
      expect(curves[label]?.auc?.value).toBeCloseTo(auc?.value ?? Number.NaN, 12);
      expect(curves[label]?.auc?.low).toBeCloseTo(auc?.low ?? Number.NaN, 12);
    }
  });

  const one = (truth: number, ...probabilities: number[]): EvaluatedCase => ({
    ...{ truth, probabilities, predicted: 0, confidence: 0, loss: 0, patient: null },
  });

  it('have no points and no area without a case of one group', () => {
    const { auc, averagePrecision, thresholds, bands, negatives } = discriminationCurves(
      [one(0, 0.7, 0.3), one(0, 0.6, 0.4)],
      { positive: [0], negative: [1] },
    );
    expect({ auc, averagePrecision, thresholds, negatives }).toEqual({
      auc: null,
      averagePrecision: null,
      thresholds: [],
      negatives: 0,
    });
    expect(bands.sensitivity.x).toEqual([]);
  });

  it('give no interval to a perfect separation, as every resample has the same area', () => {
    const cases = Array.from({ length: 40 }, (_, index) => one(index % 2, index % 2 === 0 ? 0.9 : 0.1, 0.5));
    const { auc } = discriminationCurves(cases, { positive: [0], negative: [1] });
    expect(auc).toEqual({ value: 1, low: null, high: null, n: 40 });
  });

  it('count equal scores at one threshold', () => {
    const cases = [one(0, 0.8, 0.2), one(1, 0.8, 0.2), one(0, 0.5, 0.5), one(1, 0.1, 0.9)];
    const { thresholds, truePositives, falsePositives } = discriminationCurves(cases, { positive: [0], negative: [1] });
    expect({ thresholds, truePositives, falsePositives }).toEqual({
      thresholds: [0.8, 0.5, 0.1],
      truePositives: [1, 2, 2],
      falsePositives: [1, 1, 2],
    });
  });
});

describe('the score of a task', () => {
  it('is the probability of its positive classes', () => {
    expect(taskScore([0.2, 0.3, 0.5], { positive: [0, 1], negative: [2] })).toBe(0.5);
  });

  it('is conditional on the two groups if classes are left out', () => {
    expect(taskScore([0.2, 0.3, 0.5], { positive: [1], negative: [0] })).toBe(0.6);
    expect(taskScore([0, 0, 1], { positive: [1], negative: [0] })).toBe(0.5);
  });
});
