/** A labelled case with the prediction of a model that was not trained on it. */
export interface LabelledPrediction {
  readonly label: number;
  /** In class order; they add up to 1. */
  readonly probabilities: readonly number[];
}

/** A case off the diagonal of the confident joint. */
export interface LabelIssue {
  /** Index within the cases. */
  readonly index: number;
  /** The class that the case confidently counts as. */
  readonly suggestion: number;
  /**
   * (p(label) - highest p of another class + 1) / 2: 0 to 0.5 here; the lower, the surer the model is that the label is
   * wrong.
   */
  readonly quality: number;
}

export interface ConfidentLearning {
  /** Mean probability of each class over the cases labelled with it; infinite if there are none. */
  readonly thresholds: readonly number[];
  /**
   * Cases by label (row) and by the class they confidently count as (column). Cases that count as no class are left
   * out.
   */
  readonly joint: readonly (readonly number[])[];
  /** Lowest quality first. */
  readonly issues: readonly LabelIssue[];
}

/** Probabilities that differ by less are equal, as in cleanlab. */
const EQUAL = 1e-6;

/**
 * Finds labels that are probably wrong, by confident learning (Northcutt, Jiang, Chuang. Confident learning: estimating
 * uncertainty in dataset labels. J Artif Intell Res 2021;70:1373-1411). A case counts as class j if p(j) reaches the
 * mean p(j) of the cases labelled j; if several do, as the likeliest class. The issues are cases that count as another
 * class than their label, except those whose label is still the likeliest class. Thresholds per class compensate for a
 * model that is surer of some classes than of others.
 *
 * The rule is cleanlab's `find_label_issues(filter_by='confident_learning')`, ranked by `normalized_margin`.
 * Probabilities must come from models that were not trained on the case: a model repeats the labels it has seen.
 */
export function confidentLearning(cases: readonly LabelledPrediction[], classes: number): ConfidentLearning {
  const thresholds = selfConfidence(cases, classes);
  const joint = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  const issues: LabelIssue[] = [];
  cases.forEach(({ label, probabilities }, index) => {
    const counted = confidentClass(probabilities, thresholds);
    if (counted === null) return;
    const row = joint[label];
    if (row === undefined) throw new RangeError(`no class ${label} among ${classes}`);
    row[counted] = (row[counted] ?? 0) + 1;
    if (counted === label) return;
    const own = probabilities[label] ?? 0;
    const other = Math.max(...probabilities.filter((_, candidate) => candidate !== label));
    // Its label is still the likeliest class: not an issue.
    if (own + EQUAL > other) return;
    issues.push({ index, suggestion: counted, quality: (own - other + 1) / 2 });
  });
  issues.sort((a, b) => a.quality - b.quality || a.index - b.index);
  return { thresholds, joint, issues };
}

function selfConfidence(cases: readonly LabelledPrediction[], classes: number): number[] {
  const sums = Array.from({ length: classes }, () => ({ probability: 0, cases: 0 }));
  for (const { label, probabilities } of cases) {
    const sum = sums[label];
    if (sum === undefined) throw new RangeError(`no class ${label} among ${classes}`);
    sum.probability += probabilities[label] ?? 0;
    sum.cases += 1;
  }
  return sums.map((sum) =>
    sum.cases === 0 ? Number.POSITIVE_INFINITY : Math.max(2 * EQUAL, sum.probability / sum.cases),
  );
}

/** Null if no class is likely enough. */
function confidentClass(probabilities: readonly number[], thresholds: readonly number[]): number | null {
  const reached = thresholds.flatMap((threshold, candidate) =>
    (probabilities[candidate] ?? 0) >= threshold - EQUAL ? [candidate] : [],
  );
  if (reached.length < 2) return reached[0] ?? null;
  return probabilities.indexOf(Math.max(...probabilities));
}
