import type { Band, BinaryTask, Curves } from '../models/curves';
import type { Metric } from '../models/metric';
import { type RankedScores, rankedAuc, rankScores } from './auc';
import { binaryCases } from './binary-task';
import { type BootstrapOptions, clusterBootstrap, defaultBootstrap } from './bootstrap';
import { clusterCases, type EvaluatedCase } from './evaluate';
import type { Interval } from './wilson';

/** Counts of positive calls at each distinct score, in descending order of the threshold. */
export type ThresholdCounts = Pick<Curves, 'thresholds' | 'truePositives' | 'falsePositives'>;

/** Points of a band: at 0, 1/100, … 1. */
const BAND_STEPS = 100;
const bandX = Array.from({ length: BAND_STEPS + 1 }, (_, step) => step / BAND_STEPS);

/**
 * ROC and precision-recall curve with their areas and pointwise bands. Vertices are those of scikit-learn's
 * `roc_curve(drop_intermediate=False)` and `precision_recall_curve`, the areas those of `roc_auc_score` and
 * `average_precision_score`. Intervals resample patients. See docs/statistics.md.
 */
export function discriminationCurves(
  cases: readonly EvaluatedCase[],
  task: BinaryTask,
  options: BootstrapOptions = defaultBootstrap,
): Curves {
  const { indices, scores, isPositive } = binaryCases(cases, task);
  const positives = isPositive.reduce((sum, one) => sum + one, 0);
  const negatives = isPositive.length - positives;
  const none = { x: [], low: [], high: [] };
  if (positives === 0 || negatives === 0) {
    const empty = { thresholds: [], truePositives: [], falsePositives: [] };
    return {
      ...{ task, positives, negatives, ...empty },
      ...{ auc: null, averagePrecision: null, bands: { sensitivity: none, precision: none } },
    };
  }
  const ranked = rankScores(scores);
  const counts = thresholdCounts(ranked, scores, isPositive);
  const clusters = clusterCases(Array.from(indices, (index) => cases[index] as EvaluatedCase));
  const walk = createWalk(ranked, isPositive);
  const intervals = clusterBootstrap(
    clusters.ofCase,
    clusters.count,
    2 + 2 * bandX.length,
    (weights, into) => {
      into[0] = rankedAuc(ranked, isPositive, weights) ?? Number.NaN;
      into[1] = walk(weights, into.subarray(2, 2 + bandX.length), into.subarray(2 + bandX.length));
    },
    options,
  );
  const metric = (value: number, interval: Interval | null | undefined): Metric => ({
    value,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    n: isPositive.length,
  });
  const band = (from: number): Band => {
    const found = bandX.map((_, step) => intervals[from + step] ?? null);
    return { x: bandX, low: found.map((one) => one?.low ?? null), high: found.map((one) => one?.high ?? null) };
  };
  return {
    task,
    positives,
    negatives,
    ...counts,
    auc: metric(rankedAuc(ranked, isPositive) ?? Number.NaN, intervals[0]),
    averagePrecision: metric(averagePrecision(counts), intervals[1]),
    bands: { sensitivity: band(2), precision: band(2 + bandX.length) },
  };
}

/** Counts the positive calls at each distinct score. */
export function thresholdCounts(
  { order, tied }: RankedScores,
  scores: ArrayLike<number>,
  isPositive: ArrayLike<number>,
): ThresholdCounts {
  const counts: ThresholdCounts = { thresholds: [], truePositives: [], falsePositives: [] };
  let truePositives = 0;
  let falsePositives = 0;
  for (let place = order.length - 1; place >= 0; place--) {
    const index = order[place] as number;
    if (isPositive[index] === 1) truePositives += 1;
    else falsePositives += 1;
    // The last of its score, from above.
    if (tied[place] === 1) continue;
    counts.thresholds.push(scores[index] as number);
    counts.truePositives.push(truePositives);
    counts.falsePositives.push(falsePositives);
  }
  return counts;
}

/** The sum of precisions, each weighted by the recall that its threshold adds; NaN without a positive case. */
export function averagePrecision({ truePositives, falsePositives }: Omit<ThresholdCounts, 'thresholds'>): number {
  const positives = truePositives.at(-1) ?? 0;
  let sum = 0;
  let before = 0;
  for (const [index, found] of truePositives.entries()) {
    sum += ((found - before) / positives) * (found / (found + (falsePositives[index] ?? 0)));
    before = found;
  }
  return positives === 0 ? Number.NaN : sum;
}

/**
 * Walks down the scores of one resample: writes sensitivity at each 1 - specificity of `bandX` (linear between
 * vertices) and precision at each recall of it (of the threshold that reaches the recall), and returns the average
 * precision. All are NaN if the resample lacks one of the groups.
 */
function createWalk({ order, tied }: RankedScores, isPositive: Uint8Array) {
  return (weights: Uint32Array, sensitivity: Float64Array, precision: Float64Array): number => {
    let positives = 0;
    let negatives = 0;
    for (let index = 0; index < isPositive.length; index++) {
      if (isPositive[index] === 1) positives += weights[index] as number;
      else negatives += weights[index] as number;
    }
    if (positives === 0 || negatives === 0) {
      sensitivity.fill(Number.NaN);
      precision.fill(Number.NaN);
      return Number.NaN;
    }
    let [found, wrong, foundBefore, wrongBefore] = [0, 0, 0, 0];
    let [nextSensitivity, nextPrecision] = [0, 0];
    let sum = 0;
    for (let place = order.length - 1; place >= 0; place--) {
      const index = order[place] as number;
      if (isPositive[index] === 1) found += weights[index] as number;
      else wrong += weights[index] as number;
      if (tied[place] === 1 || found + wrong === foundBefore + wrongBefore) continue;
      const precise = found / (found + wrong);
      sum += ((found - foundBefore) / positives) * precise;
      // At a given 1 - specificity, the highest sensitivity: points are written once the curve has moved past them.
      while (nextSensitivity <= BAND_STEPS && (nextSensitivity / BAND_STEPS) * negatives < wrong) {
        const share = ((nextSensitivity / BAND_STEPS) * negatives - wrongBefore) / (wrong - wrongBefore);
        sensitivity[nextSensitivity] = (foundBefore + share * (found - foundBefore)) / positives;
        nextSensitivity += 1;
      }
      while (nextPrecision <= BAND_STEPS && (nextPrecision / BAND_STEPS) * positives <= found) {
        precision[nextPrecision] = precise;
        nextPrecision += 1;
      }
      foundBefore = found;
      wrongBefore = wrong;
    }
    sensitivity.fill(1, nextSensitivity);
    return sum;
  };
}
