import type { Metric } from '../models/metric';
import { countPatients } from '../models/patient-count';
import type { CasePrediction, Evaluation } from '../models/run';
import { macroMean, rankedAuc, rankScores } from './auc';
import { type BootstrapOptions, clusterBootstrap, defaultBootstrap } from './bootstrap';
import { evaluationCautions } from './cautions';
import { classificationMetrics } from './classification';
import { confidenceHistogram } from './confidence-histogram';
import { confusionMatrix } from './confusion-matrix';
import { type Interval, wilsonInterval } from './wilson';

/** Every number of an evaluation that follows from its cases alone. */
export type EvaluationNumbers = Omit<
  Evaluation,
  'run' | 'split' | 'testTimeViews' | 'leak' | 'leaks' | 'seconds' | 'imagesPerSecond' | 'evaluatedAt'
>;

export type EvaluatedCase = Pick<
  CasePrediction,
  'truth' | 'predicted' | 'confidence' | 'probabilities' | 'loss' | 'patient'
>;

/**
 * Computes every number of an evaluation with its 95 % interval: Wilson for proportions of cases (accuracy, recall,
 * precision), a percentile bootstrap by patient for all others (F1, macro means, AUC, loss). A case without a patient
 * is resampled on its own, and so is a file whose frames share a number although no patient is named (`isNamed`). See
 * docs/statistics.md.
 *
 * @throws RangeError if there are no cases, or if a case does not fit `classes`
 */
export function evaluateCases(
  cases: readonly EvaluatedCase[],
  classes: readonly string[],
  options: BootstrapOptions = defaultBootstrap,
  isNamed?: (patient: number) => boolean,
): EvaluationNumbers {
  if (cases.length === 0) throw new RangeError('evaluation: there is no case');
  const size = classes.length;
  const truth = Uint32Array.from(cases, (entry) => entry.truth);
  const predicted = Uint32Array.from(cases, (entry) => entry.predicted);
  const losses = Float64Array.from(cases, (entry) => entry.loss);
  const matrix = confusionMatrix(truth, predicted, size);
  const metrics = classificationMetrics(matrix);
  const ranked = classes.map((_, label) =>
    rankScores(Float64Array.from(cases, (entry) => entry.probabilities[label] ?? Number.NaN)),
  );
  const isClass = classes.map((_, label) => Uint8Array.from(truth, (value) => (value === label ? 1 : 0)));
  const clusters = clusterCases(cases);

  const aucOf = (label: number, weights?: Uint32Array): number | null => {
    const scores = ranked[label];
    const positives = isClass[label];
    return scores === undefined || positives === undefined ? null : rankedAuc(scores, positives, weights);
  };
  const present = metrics.perClass.map((entry) => entry.support > 0);
  const auc = classes.map((_, label) => aucOf(label));
  const macroAuc = macroMean(auc);

  // In the order of the bootstrap's metrics: accuracy, macro recall, macro F1, macro AUC, loss, then F1 and AUC per
  // class.
  const intervals = clusterBootstrap(
    clusters.ofCase,
    clusters.count,
    5 + 2 * size,
    (weights, into) => {
      const counted = classificationMetrics(confusionMatrix(truth, predicted, size, weights));
      // A class that the resample happens to miss would lower a macro mean by accident.
      const complete = counted.perClass.every((entry, label) => entry.support > 0 || present[label] === false);
      let loss = 0;
      for (let index = 0; index < losses.length; index++) loss += (losses[index] ?? 0) * (weights[index] ?? 0);
      const resampledAuc = classes.map((_, label) => aucOf(label, weights));
      into[0] = counted.accuracy;
      into[1] = complete ? counted.macroRecall : Number.NaN;
      into[2] = complete ? counted.macroF1 : Number.NaN;
      into[3] = macroMean(resampledAuc) ?? Number.NaN;
      into[4] = loss / counted.n;
      counted.perClass.forEach((entry, label) => {
        into[5 + label] = entry.support > 0 ? entry.f1 : Number.NaN;
        into[5 + size + label] = resampledAuc[label] ?? Number.NaN;
      });
    },
    options,
  );

  const n = cases.length;
  const people = countPatients(cases, isNamed);
  const accuracy = withInterval(metrics.accuracy, wilsonInterval(Math.round(metrics.accuracy * n), n), n);
  return {
    classes: [...classes],
    n,
    ...people,
    loss: withInterval(losses.reduce((sum, loss) => sum + loss, 0) / n, intervals[4], n),
    accuracy,
    perClass: metrics.perClass.map((entry, label) => {
      const { support, truePositives, falsePositives, falseNegatives, trueNegatives } = entry;
      const predictedCount = truePositives + falsePositives;
      const classAuc = auc[label] ?? null;
      return {
        label: classes[label] ?? '',
        precision: withInterval(entry.precision, wilsonInterval(truePositives, predictedCount), predictedCount),
        recall: withInterval(entry.recall, wilsonInterval(truePositives, support), support),
        f1: withInterval(entry.f1, intervals[5 + label], support),
        auc: classAuc === null ? null : withInterval(classAuc, intervals[5 + size + label], n),
        support,
        truePositives,
        falsePositives,
        falseNegatives,
        trueNegatives,
      };
    }),
    macroRecall: withInterval(metrics.macroRecall, intervals[1], n),
    weightedRecall: { ...accuracy, value: metrics.weightedRecall },
    macroF1: withInterval(metrics.macroF1, intervals[2], n),
    auc: macroAuc === null ? null : withInterval(macroAuc, intervals[3], n),
    confusionMatrix: matrix,
    confidence: confidenceHistogram(
      cases.map((entry) => ({ confidence: entry.confidence, correct: entry.truth === entry.predicted })),
    ),
    cautions: evaluationCautions({
      classes,
      perClass: metrics.perClass,
      n,
      ...people,
      accuracyByPatient: intervals[0] ?? null,
    }),
  };
}

function withInterval(value: number, interval: Interval | null | undefined, n: number): Metric {
  return { value, low: interval?.low ?? null, high: interval?.high ?? null, n };
}

/** The number of each case’s patient, from 0, and the number of patients. */
export function clusterCases(cases: readonly EvaluatedCase[]): { ofCase: Uint32Array; count: number } {
  const numbers = new Map<number, number>();
  let count = 0;
  const ofCase = Uint32Array.from(cases, ({ patient }) => {
    const known = patient === null ? undefined : numbers.get(patient);
    if (known !== undefined) return known;
    if (patient !== null) numbers.set(patient, count);
    return count++;
  });
  return { ofCase, count };
}
