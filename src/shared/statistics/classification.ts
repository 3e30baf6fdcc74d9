/** What a confusion matrix says about one class against all others. */
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

/** A share whose denominator is empty is 0, as with scikit-learn's `zero_division=0`. */
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/**
 * Accuracy, and precision, recall and F1 of each class with their macro and support-weighted means, of a matrix
 * [truth][predicted]. Means run over all classes, also over those without a case (they count as 0), as
 * `precision_recall_fscore_support(labels=all, zero_division=0)` of scikit-learn does.
 */
export function classificationMetrics(matrix: readonly (readonly number[])[]): ClassificationMetrics {
  const size = matrix.length;
  const rowSums = matrix.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columnSums = matrix.map((_, column) => matrix.reduce((sum, row) => sum + (row[column] ?? 0), 0));
  const n = rowSums.reduce((sum, count) => sum + count, 0);

  const perClass = matrix.map((row, index): ClassMetrics => {
    const support = rowSums[index] ?? 0;
    const answered = columnSums[index] ?? 0;
    const truePositives = row[index] ?? 0;
    return {
      precision: ratio(truePositives, answered),
      recall: ratio(truePositives, support),
      f1: ratio(2 * truePositives, support + answered),
      support,
      truePositives,
      falsePositives: answered - truePositives,
      falseNegatives: support - truePositives,
      trueNegatives: n - support - answered + truePositives,
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
