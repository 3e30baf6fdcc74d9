import type { Metric } from '../models/metric';
import { rankedAuc, rankScores } from '../statistics/auc';
import { clusterBootstrap } from '../statistics/bootstrap';
import type { Labelled } from './cross-validate';
import { groupCount } from './images';

export interface PredictionScores {
  readonly auc: Metric | null;
  readonly balancedAccuracy: Metric | null;
}

/**
 * Macro one-versus-rest AUC, and the mean recall of the classes, with 95 % intervals over groups. For the recall an
 * image counts as the class whose probability is highest relative to its share of all images: a model that always
 * predicts the largest class is then no better than chance, and one that finds the small ones is.
 *
 * @param probabilities [images, classes]
 */
export function scorePredictions(probabilities: Float64Array, { labels, groups, classes }: Labelled): PredictionScores {
  const n = labels.length;
  const shares = new Float64Array(classes);
  for (const label of labels) shares[label] = (shares[label] ?? 0) + 1 / n;
  const correct = new Uint8Array(n);
  for (let index = 0; index < n; index += 1) {
    let best = 0;
    for (let label = 1; label < classes; label += 1) {
      const gain = (of: number) => (probabilities[index * classes + of] ?? 0) / (shares[of] ?? 1);
      if (gain(label) > gain(best)) best = label;
    }
    correct[index] = best === labels[index] ? 1 : 0;
  }
  // With two classes, the curve of one is that of the other upside down.
  const curves = Array.from({ length: classes === 2 ? 1 : classes }, (_, label) => ({
    ranked: rankScores(Float64Array.from(labels, (_truth, index) => probabilities[index * classes + label] ?? 0)),
    isPositive: Uint8Array.from(labels, (truth) => (truth === label ? 1 : 0)),
  }));
  const found = new Float64Array(classes);
  const all = new Float64Array(classes);
  const measure = (weights: Uint32Array, into: Float64Array): void => {
    let sum = 0;
    for (const { ranked, isPositive } of curves) sum += rankedAuc(ranked, isPositive, weights) ?? Number.NaN;
    into[0] = sum / curves.length;
    found.fill(0);
    all.fill(0);
    for (let index = 0; index < n; index += 1) {
      const label = labels[index] ?? 0;
      const weight = weights[index] ?? 0;
      all[label] = (all[label] ?? 0) + weight;
      found[label] = (found[label] ?? 0) + weight * (correct[index] ?? 0);
    }
    let recalls = 0;
    for (let label = 0; label < classes; label += 1) recalls += (found[label] ?? 0) / (all[label] ?? 0);
    into[1] = recalls / classes;
  };
  const values = new Float64Array(2);
  measure(new Uint32Array(n).fill(1), values);
  const intervals = clusterBootstrap(groups, groupCount(groups), 2, measure);
  const metric = (at: number): Metric | null => {
    const value = values[at] ?? Number.NaN;
    const interval = intervals[at] ?? null;
    return Number.isNaN(value) ? null : { value, low: interval?.low ?? null, high: interval?.high ?? null, n };
  };
  return { auc: metric(0), balancedAccuracy: metric(1) };
}
