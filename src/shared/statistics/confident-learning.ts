/** A case that a model answered which did not learn from it. */
export interface LabelledPrediction {
  /** Index of its class as it is labelled. */
  readonly label: number;
  /** In class order; they add up to 1. */
  readonly probabilities: readonly number[];
}

/** A case that is counted off the diagonal of the confident joint. */
export interface LabelIssue {
  /** Place in the cases. */
  readonly index: number;
  /** The class that it is confidently counted as. */
  readonly suggestion: number;
  /**
   * (p(label) - highest p of another class + 1) / 2: 0 to 0.5 here; the lower, the surer is the model that the label is
   * wrong.
   */
  readonly quality: number;
}

export interface ConfidentLearning {
  /** Mean probability of each class over the cases labelled with it; infinite where there is none. */
  readonly thresholds: readonly number[];
  /** Cases by label (row) and by what they are confidently counted as (column). Those counted as nothing are left out. */
  readonly joint: readonly (readonly number[])[];
  /** Lowest quality first. */
  readonly issues: readonly LabelIssue[];
}

/** Probabilities that differ by less are equal, as in cleanlab. */
const EQUAL = 1e-6;

/**
 * Which labels are likely wrong, by confident learning (Northcutt, Jiang, Chuang. Confident learning: estimating
 * uncertainty in dataset labels. J Artif Intell Res 2021;70:1373-1411). A case counts as class j where p(j) reaches the
 * mean p(j) of the cases labelled j; where several do, as the likeliest class. Cases counted as another class than
 * their label are the issues, but for those whose label is the likeliest class all the same. Class thresholds make up
 * for a model that is surer of some classes than of others.
 *
 * The rule is cleanlab's `find_label_issues(filter_by='confident_learning')`, ranked by `normalized_margin`. Only
 * probabilities from models that did not learn from the case say anything: a model repeats the labels it was given.
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
    // Its label is the likeliest: no mistake.
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

/** Null where no class is likely enough. */
function confidentClass(probabilities: readonly number[], thresholds: readonly number[]): number | null {
  const reached = thresholds.flatMap((threshold, candidate) =>
    (probabilities[candidate] ?? 0) >= threshold - EQUAL ? [candidate] : [],
  );
  if (reached.length < 2) return reached[0] ?? null;
  return probabilities.indexOf(Math.max(...probabilities));
}
