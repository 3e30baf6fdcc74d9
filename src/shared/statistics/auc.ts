/** Scores sorted once, so that the AUC of each of many resamples takes a single pass. */
export interface RankedScores {
  /** Case indices by ascending score. */
  readonly order: Uint32Array;
  /** For each place in `order`: 1 if its score equals the previous one. */
  readonly tied: Uint8Array;
}

/** @throws RangeError if a score is not a finite number, as it has no rank. */
export function rankScores(scores: ArrayLike<number>): RankedScores {
  const order = new Uint32Array(scores.length);
  for (let index = 0; index < order.length; index++) {
    if (!Number.isFinite(scores[index])) throw new RangeError(`AUC: the score of case ${index} is not a number`);
    order[index] = index;
  }
  order.sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  const tied = new Uint8Array(scores.length);
  for (let place = 1; place < order.length; place++) {
    tied[place] = scores[order[place] ?? 0] === scores[order[place - 1] ?? 0] ? 1 : 0;
  }
  return { order, tied };
}

/**
 * Area under the ROC curve: the probability that a positive case scores higher than a negative one, ties counted as one
 * half (the Mann-Whitney statistic; Hanley & McNeil, Radiology 1982;143:29-36). `isPositive` is 1 for a positive case;
 * `weights` counts each case. Null if there are no positive or no negative cases.
 */
export function rankedAuc(
  ranked: RankedScores,
  isPositive: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number | null {
  const { order, tied } = ranked;
  let positives = 0;
  let negatives = 0;
  let wins = 0;
  let groupPositives = 0;
  let groupNegatives = 0;
  for (let place = 0; place < order.length; place++) {
    const index = order[place] ?? 0;
    if (tied[place] === 0) {
      wins += groupPositives * (negatives + groupNegatives / 2);
      positives += groupPositives;
      negatives += groupNegatives;
      groupPositives = 0;
      groupNegatives = 0;
    }
    const weight = weights === undefined ? 1 : (weights[index] ?? 0);
    if (isPositive[index] === 1) groupPositives += weight;
    else groupNegatives += weight;
  }
  wins += groupPositives * (negatives + groupNegatives / 2);
  positives += groupPositives;
  negatives += groupNegatives;
  return positives === 0 || negatives === 0 ? null : wins / (positives * negatives);
}

/** AUC of one score against a binary truth; null if all cases are of one kind. */
export function binaryAuc(scores: ArrayLike<number>, isPositive: ArrayLike<number>): number | null {
  return rankedAuc(rankScores(scores), isPositive);
}

export interface OneVersusRestAuc {
  /** In class order; null if a class (or its rest) has no case. */
  readonly perClass: readonly (number | null)[];
  /** Unweighted mean over the classes; null if one of them is null. */
  readonly macro: number | null;
}

/**
 * One-versus-rest AUC of each class and their macro mean, as scikit-learn's
 * `roc_auc_score(multi_class="ovr", average="macro")`.
 *
 * @param probabilities [cases, classes], row-major
 * @param truth [cases], class indices
 */
export function oneVersusRestAuc(
  probabilities: ArrayLike<number>,
  truth: ArrayLike<number>,
  classes: number,
): OneVersusRestAuc {
  if (probabilities.length !== truth.length * classes) throw new RangeError('AUC: probabilities and truth differ');
  const perClass: (number | null)[] = [];
  for (let label = 0; label < classes; label++) {
    const scores = Float64Array.from(truth, (_, index) => probabilities[index * classes + label] ?? Number.NaN);
    perClass.push(
      binaryAuc(
        scores,
        Uint8Array.from(truth, (value) => (value === label ? 1 : 0)),
      ),
    );
  }
  return { perClass, macro: macroMean(perClass) };
}

/** The unweighted mean; null if a value is missing or there are none. */
export function macroMean(values: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
  }
  return values.length === 0 ? null : sum / values.length;
}
