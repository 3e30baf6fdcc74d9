/** One class of a confusion matrix against all others. */
export interface ClassMetrics {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** True cases of the class. */
  readonly support: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
}

export interface ClassificationMetrics {
  readonly n: number;
  readonly accuracy: number;
  readonly perClass: readonly ClassMetrics[];
  readonly macroPrecision: number;
  readonly macroRecall: number;
  readonly macroF1: number;
  readonly weightedPrecision: number;
  /** Recall weighted by support: always equal to accuracy. */
  readonly weightedRecall: number;
  readonly weightedF1: number;
}

/** 0 for an empty denominator, like scikit-learn's `zero_division=0`. */
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/**
 * Accuracy, and precision, recall and F1 of each class with their macro and support-weighted means, from a matrix
 * [truth][predicted]. Means include classes without a case (as 0), like scikit-learn's
 * `precision_recall_fscore_support(labels=all, zero_division=0)`.
 */
export function classificationMetrics(matrix: readonly (readonly number[])[]): ClassificationMetrics {
  const size = matrix.length;
  const rowSums = matrix.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columnSums = matrix.map((_, column) => matrix.reduce((sum, row) => sum + (row[column] ?? 0), 0));
  const n = rowSums.reduce((sum, count) => sum + count, 0);

  const perClass = matrix.map((row, index): ClassMetrics => {
    const support = rowSums[index] ?? 0;
    const predicted = columnSums[index] ?? 0;
    const truePositives = row[index] ?? 0;
    return {
      precision: ratio(truePositives, predicted),
      recall: ratio(truePositives, support),
      f1: ratio(2 * truePositives, support + predicted),
      support,
      truePositives,
      falsePositives: predicted - truePositives,
      falseNegatives: support - truePositives,
      trueNegatives: n - support - predicted + truePositives,
    };
  });

  const macro = (pick: (metrics: ClassMetrics) => number): number =>
    ratio(
      perClass.reduce((sum, metrics) => sum + pick(metrics), 0),
      size,
    );
  const weighted = (pick: (metrics: ClassMetrics) => number): number =>
    ratio(
      perClass.reduce((sum, metrics) => sum + pick(metrics) * metrics.support, 0),
      n,
    );
  const correct = perClass.reduce((sum, metrics) => sum + metrics.truePositives, 0);
  return {
    n,
    accuracy: ratio(correct, n),
    perClass,
    macroPrecision: macro((metrics) => metrics.precision),
    macroRecall: macro((metrics) => metrics.recall),
    macroF1: macro((metrics) => metrics.f1),
    weightedPrecision: weighted((metrics) => metrics.precision),
    weightedRecall: ratio(correct, n),
    weightedF1: weighted((metrics) => metrics.f1),
  };
}
