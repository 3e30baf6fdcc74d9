import { countPatients } from '../models/patient-count';
import type { CasePrediction, Evaluation } from '../models/run';
import { macroMean, rankedAuc, rankScores } from './auc';
import { type BootstrapOptions, clusterBootstrap, defaultBootstrap } from './bootstrap';
import { evaluationCautions } from './cautions';
import { classificationMetrics } from './classification';
import { clusterCases } from './clusters';
import { confidenceHistogram } from './confidence-histogram';
import { confusionMatrix } from './confusion-matrix';
import { proportionInterval, share, withInterval } from './proportion';
import type { Interval } from './wilson';

/** The bootstrap's numbers: accuracy, macro recall, macro precision, macro F1, macro AUC, loss; */
const OVERALL = 6;
/** then of each class: precision, recall, specificity, F1, AUC. */
const PER_CLASS = 5;

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
 * Computes every number of an evaluation with its 95 % interval: a percentile bootstrap by patient, but Wilson's for
 * proportions of cases (accuracy, recall, specificity, precision) if no patient has several. A case without a patient is
 * resampled on its own, and so is a file whose frames share a number although no patient is named (`isNamed`). See
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

  const intervals = clusterBootstrap(
    clusters.ofCase,
    clusters.count,
    OVERALL + PER_CLASS * size,
    (weights, into) => {
      const counted = classificationMetrics(confusionMatrix(truth, predicted, size, weights));
      // A class that the resample happens to miss would lower a macro mean by accident.
      const complete = counted.perClass.every((entry, label) => entry.support > 0 || present[label] === false);
      let loss = 0;
      for (let index = 0; index < losses.length; index++) loss += (losses[index] ?? 0) * (weights[index] ?? 0);
      const resampledAuc = classes.map((_, label) => aucOf(label, weights));
      into.set([
        counted.accuracy,
        complete ? counted.macroRecall : Number.NaN,
        complete ? counted.macroPrecision : Number.NaN,
        complete ? counted.macroF1 : Number.NaN,
        macroMean(resampledAuc) ?? Number.NaN,
        loss / counted.n,
      ]);
      counted.perClass.forEach((entry, label) => {
        const { support, truePositives, falsePositives, trueNegatives, falseNegatives } = entry;
        into.set(
          [
            share(truePositives, truePositives + falsePositives),
            share(truePositives, truePositives + falseNegatives),
            share(trueNegatives, trueNegatives + falsePositives),
            support > 0 ? entry.f1 : Number.NaN,
            resampledAuc[label] ?? Number.NaN,
          ],
          OVERALL + PER_CLASS * label,
        );
      });
    },
    options,
  );

  const n = cases.length;
  const people = countPatients(cases, isNamed);
  /** A proportion of the cases for which `isCounted`, of which `hits` are hits. */
  const proportion = (value: number, hits: number, interval: Interval | null | undefined, isCounted: Selection) => {
    const counted = [...cases.keys()].filter((index) => isCounted(truth[index] ?? 0, predicted[index] ?? 0));
    const ofPatients = new Set(counted.map((index) => clusters.ofCase[index])).size;
    return withInterval(value, proportionInterval(hits, counted.length, ofPatients, interval), counted.length);
  };
  const accuracy = proportion(metrics.accuracy, Math.round(metrics.accuracy * n), intervals[0], () => true);
  return {
    classes: [...classes],
    n,
    ...people,
    loss: withInterval(losses.reduce((sum, loss) => sum + loss, 0) / n, intervals[5], n),
    accuracy,
    perClass: metrics.perClass.map((entry, label) => {
      const { support, truePositives, falsePositives, falseNegatives, trueNegatives } = entry;
      const classAuc = auc[label] ?? null;
      const place = OVERALL + PER_CLASS * label;
      const specificity = trueNegatives / (trueNegatives + falsePositives);
      return {
        label: classes[label] ?? '',
        precision: proportion(entry.precision, truePositives, intervals[place], (_, called) => called === label),
        recall: proportion(entry.recall, truePositives, intervals[place + 1], (actual) => actual === label),
        specificity: Number.isNaN(specificity)
          ? null
          : proportion(specificity, trueNegatives, intervals[place + 2], (actual) => actual !== label),
        f1: withInterval(entry.f1, intervals[place + 3], support),
        auc: classAuc === null ? null : withInterval(classAuc, intervals[place + 4], n),
        support,
        truePositives,
        falsePositives,
        falseNegatives,
        trueNegatives,
      };
    }),
    macroRecall: withInterval(metrics.macroRecall, intervals[1], n),
    macroPrecision: withInterval(metrics.macroPrecision, intervals[2], n),
    weightedRecall: { ...accuracy, value: metrics.weightedRecall },
    macroF1: withInterval(metrics.macroF1, intervals[3], n),
    auc: macroAuc === null ? null : withInterval(macroAuc, intervals[4], n),
    confusionMatrix: matrix,
    confidence: confidenceHistogram(
      cases.map((entry) => ({ confidence: entry.confidence, correct: entry.truth === entry.predicted })),
    ),
    cautions: evaluationCautions({
      classes,
      perClass: metrics.perClass,
      n,
      ...people,
    }),
  };
}

/** Whether a case counts, by its true and its predicted class. */
type Selection = (truth: number, predicted: number) => boolean;
