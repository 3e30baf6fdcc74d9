import type { Band, BinaryTask, Curves } from '../models/curves';
import { rankScores } from './auc';
import { binaryCases } from './binary-task';
import { type BootstrapOptions, clusterBootstrap, defaultBootstrap } from './bootstrap';
import type { EvaluatedCase } from './evaluate';
import { withInterval } from './proportion';

/** Points of a band: at 0, 1/100, … 1. */
const BAND_STEPS = 100;
const bandX = Array.from({ length: BAND_STEPS + 1 }, (_, step) => step / BAND_STEPS);

/** Places of the numbers of a resample: two areas, then the points of both bands. */
const [AUC, AVERAGE_PRECISION, SENSITIVITY] = [0, 1, 2];
const PRECISION = SENSITIVITY + bandX.length;
const NUMBERS = PRECISION + bandX.length;

/** A task's cases by descending score. */
export interface DescendingCases {
  readonly scores: Float64Array;
  readonly isPositive: Uint8Array;
  /** 1 for the last case of its score. */
  readonly isLast: Uint8Array;
  /** Number of each case's patient. */
  readonly patients: Uint32Array;
  readonly patientCount: number;
}

/**
 * ROC and precision-recall curve with their areas and pointwise bands. Vertices are those of scikit-learn's
 * `roc_curve(drop_intermediate=False)` and `precision_recall_curve`, the areas those of `roc_auc_score` and
 * `average_precision_score`. Intervals resample patients. See docs/statistics.md.
 *
 * @throws RangeError if a score is not a number
 */
export function discriminationCurves(
  cases: readonly EvaluatedCase[],
  task: BinaryTask,
  options: BootstrapOptions = defaultBootstrap,
): Curves {
  const sorted = descendingCases(cases, task);
  const n = sorted.scores.length;
  const positives = sorted.isPositive.reduce((sum, one) => sum + one, 0);
  const negatives = n - positives;
  if (positives === 0 || negatives === 0) {
    const noCurve = { thresholds: [], truePositives: [], falsePositives: [] };
    const noBand = { x: [], low: [], high: [] };
    const bands = { sensitivity: noBand, precision: noBand };
    return { task, positives, negatives, ...noCurve, auc: null, averagePrecision: null, bands };
  }
  const values = new Float64Array(NUMBERS);
  measure(sorted, new Uint32Array(n).fill(1), values);
  const intervals = clusterBootstrap(
    sorted.patients,
    sorted.patientCount,
    NUMBERS,
    (weights, into) => measure(sorted, weights, into),
    options,
  );
  const metric = (place: number) => withInterval(values[place] ?? Number.NaN, intervals[place], n);
  const band = (place: number): Band => ({
    x: bandX,
    low: bandX.map((_, step) => intervals[place + step]?.low ?? null),
    high: bandX.map((_, step) => intervals[place + step]?.high ?? null),
  });
  return {
    task,
    positives,
    negatives,
    ...thresholdCounts(sorted),
    auc: metric(AUC),
    averagePrecision: metric(AVERAGE_PRECISION),
    bands: { sensitivity: band(SENSITIVITY), precision: band(PRECISION) },
  };
}

export function descendingCases(cases: readonly EvaluatedCase[], task: BinaryTask): DescendingCases {
  const { scores, isPositive, patients, patientCount } = binaryCases(cases, task);
  const { order, tied } = rankScores(scores);
  const descending = order.toReversed();
  return {
    scores: Float64Array.from(descending, (index) => scores[index] as number),
    isPositive: Uint8Array.from(descending, (index) => isPositive[index] as number),
    isLast: tied.toReversed().map((isTied) => 1 - isTied),
    patients: Uint32Array.from(descending, (index) => patients[index] as number),
    patientCount,
  };
}

/** Counts the positive calls at each distinct score, from the highest. */
export function thresholdCounts({ scores, isPositive, isLast }: DescendingCases) {
  const counts: Pick<Curves, 'thresholds' | 'truePositives' | 'falsePositives'> = {
    thresholds: [],
    truePositives: [],
    falsePositives: [],
  };
  let found = 0;
  for (const [place, score] of scores.entries()) {
    found += isPositive[place] as number;
    if (isLast[place] === 0) continue;
    counts.thresholds.push(score);
    counts.truePositives.push(found);
    counts.falsePositives.push(place + 1 - found);
  }
  return counts;
}

/**
 * Walks down the scores of a resample and writes its numbers: AUC (trapezoids); average precision (precisions, each
 * weighted by the recall that its threshold adds); sensitivity at each 1 - specificity of `bandX` (linear between
 * vertices); precision at each recall of it (of the highest threshold that reaches the recall). All are NaN if the
 * resample lacks one of the groups.
 */
function measure({ isPositive, isLast }: DescendingCases, weights: Uint32Array, into: Float64Array): void {
  let positives = 0;
  let all = 0;
  for (let place = 0; place < weights.length; place++) {
    const weight = weights[place] as number;
    all += weight;
    if (isPositive[place] === 1) positives += weight;
  }
  const negatives = all - positives;
  if (positives === 0 || negatives === 0) {
    into.fill(Number.NaN);
    return;
  }
  let [found, wrong, foundBefore, wrongBefore] = [0, 0, 0, 0];
  let [area, precisions] = [0, 0];
  let [nextSensitivity, nextPrecision] = [0, 0];
  for (let place = 0; place < weights.length; place++) {
    const weight = weights[place] as number;
    if (isPositive[place] === 1) found += weight;
    else wrong += weight;
    if (isLast[place] === 0 || found + wrong === foundBefore + wrongBefore) continue;
    const precision = found / (found + wrong);
    area += ((wrong - wrongBefore) * (found + foundBefore)) / 2;
    precisions += (found - foundBefore) * precision;
    // Written once the curve has moved past the point: at its 1 - specificity, the highest sensitivity counts.
    while (nextSensitivity <= BAND_STEPS && (nextSensitivity / BAND_STEPS) * negatives < wrong) {
      const share = ((nextSensitivity / BAND_STEPS) * negatives - wrongBefore) / (wrong - wrongBefore);
      into[SENSITIVITY + nextSensitivity] = (foundBefore + share * (found - foundBefore)) / positives;
      nextSensitivity += 1;
    }
    while (nextPrecision <= BAND_STEPS && (nextPrecision / BAND_STEPS) * positives <= found) {
      into[PRECISION + nextPrecision] = precision;
      nextPrecision += 1;
    }
    foundBefore = found;
    wrongBefore = wrong;
  }
  into.fill(1, SENSITIVITY + nextSensitivity, PRECISION);
  into[AUC] = area / (positives * negatives);
  into[AVERAGE_PRECISION] = precisions / positives;
}
