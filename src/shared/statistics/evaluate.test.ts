import { describe, expect, it } from 'vitest';
import type { Metric } from '../models/metric';
import { evaluateCases } from './evaluate';
import { referenceCases } from './reference-cases';

const classes = ['benign', 'malignant', 'normal'];

// Reference numbers: the same generator in Python, then scikit-learn 1.9.1: confusion_matrix,
// precision_recall_fscore_support(zero_division=0), roc_auc_score(multi_class="ovr", average="macro"), log_loss.
describe('156 cases against scikit-learn', () => {
  it('without ties', () => {
    const result = evaluateCases(referenceCases(156, 7, false), classes);
    expect(result.confusionMatrix).toEqual([
      [41, 5, 5],
      [3, 43, 5],
      [3, 7, 44],
    ]);
    expectValues(
      result.perClass.map((entry) => entry.precision),
      [0.8723404255319149, 0.7818181818181819, 0.8148148148148148],
    );
    expectValues(
      result.perClass.map((entry) => entry.recall),
      [0.803921568627451, 0.8431372549019608, 0.8148148148148148],
    );
    expectValues(
      result.perClass.map((entry) => entry.f1),
      [0.8367346938775511, 0.8113207547169812, 0.8148148148148148],
    );
    expectValues(
      result.perClass.map((entry) => entry.auc),
      [0.9570494864612511, 0.9394957983193277, 0.9259259259259259],
    );
    expectValues(
      [result.accuracy, result.macroRecall, result.macroF1, result.auc, result.loss],
      [0.8205128205128205, 0.8206245461147422, 0.8209567544697823, 0.9408237369021683, 0.6726166560611981],
    );
    expect(result.patients).toBe(51);
    expect(result.cautions).toEqual([]);
    expect(result.macroPrecision?.value).toBeCloseTo(0.8229911407216371, 12);
    expect(result.perClass[2]?.specificity?.value).toBeCloseTo(0.9019607843137255, 12);
  });

  it('with ties', () => {
    const result = evaluateCases(referenceCases(156, 7, true), classes);
    expectValues(
      result.perClass.map((entry) => entry.auc),
      [0.9523809523809523, 0.9387488328664799, 0.9234749455337691],
    );
    expectValues(
      [result.accuracy, result.macroRecall, result.macroF1, result.auc, result.loss],
      [0.8397435897435898, 0.8402323892519972, 0.8399522847358586, 0.9382015769270672, 0.7322610919606598],
    );
  });
});

describe('intervals', () => {
  it('match 20,000 resamples of patients in numpy, to Monte Carlo error', () => {
    const result = evaluateCases(referenceCases(156, 7, false), classes, { resamples: 4000, seed: 1 });
    // numpy: rng.choice(patients, 51) with replacement, all cases of each, 20,000 times; percentiles 2.5 and 97.5.
    const reference: [Metric | null | undefined, number, number][] = [
      [result.macroRecall, 0.7619047619047619, 0.8767792556285983],
      [result.macroF1, 0.7599982205962718, 0.8760778765764774],
      [result.auc, 0.9201951966227132, 0.9604140769790673],
      [result.loss, 0.6371446616526966, 0.7078993674510987],
      [result.perClass[0]?.f1, 0.7567567567567568, 0.9032258064516129],
      [result.perClass[0]?.auc, 0.9296652902114068, 0.9799043621159952],
      [result.accuracy, 0.7619047619047619, 0.8768186786495015],
      [result.macroPrecision, 0.7633922387384663, 0.878820748157419],
      [result.perClass[0]?.precision, 0.7647058823529411, 0.9583333333333334],
      [result.perClass[1]?.recall, 0.7380952380952381, 0.9344262295081968],
      [result.perClass[2]?.specificity, 0.8350515463917526, 0.9586776859504132],
    ];
    for (const [metric, low, high] of reference) {
      expect(Math.abs((metric?.low ?? 0) - low)).toBeLessThan(0.006);
      expect(Math.abs((metric?.high ?? 0) - high)).toBeLessThan(0.006);
    }
  });

  it("are Wilson's for proportions if every image is of another patient", () => {
    const alone = referenceCases(156, 7, false).map((one, patient) => ({ ...one, patient }));
    const { accuracy, weightedRecall, perClass } = evaluateCases(alone, classes);
    expect(weightedRecall).toEqual(accuracy);
    // statsmodels: proportion_confint(92, 102, method="wilson")
    expect(perClass[2]?.specificity).toMatchObject({
      n: 102,
      low: expect.closeTo(0.8288717, 6),
      high: expect.closeTo(0.945872, 6),
    });
    // statsmodels: proportion_confint(128, 156, method="wilson")
    expect(accuracy.low).toBeCloseTo(0.7528207861715982, 12);
    expect(accuracy.high).toBeCloseTo(0.8727991295736485, 12);
  });

  it('are reproducible', () => {
    const cases = referenceCases(90, 3, true);
    expect(evaluateCases(cases, classes)).toEqual(evaluateCases(cases, classes));
  });

  it('are wider if images of a patient are right or wrong together', () => {
    const alone = referenceCases(60, 5, false).map((entry) => ({ ...entry, patient: null }));
    const fivefold = alone.flatMap((entry, patient) => Array.from({ length: 5 }, () => ({ ...entry, patient })));
    const width = (metric: Metric): number => (metric.high ?? Number.NaN) - (metric.low ?? Number.NaN);
    const one = evaluateCases(alone, classes);
    const five = evaluateCases(fivefold, classes);
    expect(five.patients).toBe(60);
    // Five copies of each image know nothing new: the same resamples give the same interval.
    expect(width(five.macroF1)).toBeCloseTo(width(one.macroF1), 10);
    const pretending = evaluateCases(
      fivefold.map((entry) => ({ ...entry, patient: null })),
      classes,
    );
    expect(width(pretending.macroF1)).toBeLessThan(width(one.macroF1) * 0.6);
  });

  it('are null, not zero width, if all resamples are equal', () => {
    const perfect = referenceCases(60, 5, false).map((entry) => {
      const probabilities = [0.1, 0.1, 0.1].map((share, label) => (label === entry.truth ? 0.8 : share));
      return { ...entry, predicted: entry.truth, confidence: 0.8, probabilities };
    });
    const result = evaluateCases(perfect, classes);
    expect(result.auc).toEqual({ value: 1, low: null, high: null, n: 60 });
    expect(result.macroF1).toEqual({ value: 1, low: null, high: null, n: 60 });
    // Wilson's stands, but with the 20 patients as trials: 20 / (20 + 1.96²).
    expect(result.accuracy.low).toBeCloseTo(0.8389, 4);
    expect(result.accuracy.high).toBe(1);
  });

  it('are null for a single patient', () => {
    const result = evaluateCases(
      referenceCases(20, 9, false).map((entry) => ({ ...entry, patient: 1 })),
      classes,
    );
    expect(result.macroF1).toMatchObject({ low: null, high: null });
    expect(result.accuracy).toMatchObject({ low: null, high: null });
    expect(result.cautions.join(' ')).toContain('Only 1 patient:');
  });
});

describe('unknown patients', () => {
  it('are not counted, and are mentioned in the cautions of the result', () => {
    const cases = referenceCases(155, 7, false);
    const none = evaluateCases(
      cases.map((entry) => ({ ...entry, patient: null })),
      classes,
    );
    expect(none).toMatchObject({ n: 155, patients: null, withoutPatient: 155 });
    expect(none.cautions[0]).toMatch(/^Patients are unknown: images of one person may be both here and among/);
    expect(none.cautions.join(' ')).not.toMatch(/155 patients|of \d+ patients/);
    // 151 images of 50 people; the last four have no patient, two of them as frames of one file.
    const mixed = evaluateCases(
      cases.map((entry, index) => ({ ...entry, patient: index < 151 ? index % 50 : index < 153 ? 1000 : null })),
      classes,
      undefined,
      (patient) => patient !== 1000,
    );
    expect(mixed).toMatchObject({ n: 155, patients: 50, withoutPatient: 4 });
    expect(mixed.cautions[0]).toMatch(/^4 images without a known patient:/);
    const all = evaluateCases(cases, classes);
    expect(all.cautions.join(' ')).not.toMatch(/unknown|known patient/);
  });
});

describe('too few cases', () => {
  it('are named by class: few, none, never predicted', () => {
    const cases = referenceCases(100, 11, false)
      .filter((entry) => entry.truth !== 2)
      .map((entry) => ({ ...entry, predicted: 0 }));
    const result = evaluateCases(cases, classes);
    expect(result.auc).toBeNull();
    expect(result.perClass[2]?.auc).toBeNull();
    expect(result.perClass[1]?.precision).toEqual({ value: 0, low: null, high: null, n: 0 });
    expect(result.perClass[2]?.recall).toEqual({ value: 0, low: null, high: null, n: 0 });
    expect(result.cautions.join('\n')).toMatch(/No normal cases in this split/);
    expect(result.cautions.join('\n')).toMatch(/never predicts malignant/);
    const few = evaluateCases(referenceCases(40, 12, false), classes);
    const support = few.perClass[1]?.support ?? 0;
    expect(support).toBeLessThan(30);
    expect(few.cautions).toContain(
      `Fewer than 30 malignant cases (${support}): too few to measure performance on malignant reliably.`,
    );
  });

  it('cannot be evaluated if there are none', () => {
    expect(() => evaluateCases([], classes)).toThrow(RangeError);
  });
});

function expectValues(metrics: readonly (Metric | null)[], values: readonly number[]): void {
  expect(metrics).toHaveLength(values.length);
  metrics.forEach((metric, index) => {
    expect(metric?.value).toBeCloseTo(values[index] ?? Number.NaN, 12);
  });
}
