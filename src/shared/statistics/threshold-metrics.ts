import type { Curves } from '../models/curves';
import type { Metric } from '../models/metric';
import { wilsonInterval } from './wilson';

/** What a threshold of a task's score decides, with Wilson's intervals over images. */
export interface ThresholdMetrics {
  readonly threshold: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
  readonly sensitivity: Metric;
  readonly specificity: Metric;
  /** Positive and negative predictive value at the share of positives among these images; null without such a call. */
  readonly ppv: Metric | null;
  readonly npv: Metric | null;
}

const share = (part: number, whole: number): Metric | null => {
  const interval = wilsonInterval(part, whole);
  return interval === null ? null : { value: part / whole, ...interval, n: whole };
};

/** The table of the `index`th threshold of curves; null if they have none there. */
export function thresholdMetrics(curves: Curves, index: number): ThresholdMetrics | null {
  const { positives, negatives, thresholds, truePositives: found, falsePositives: wrong } = curves;
  const [threshold, truePositives, falsePositives] = [thresholds[index], found[index], wrong[index]];
  if (threshold === undefined || truePositives === undefined || falsePositives === undefined) return null;
  const falseNegatives = positives - truePositives;
  const trueNegatives = negatives - falsePositives;
  const sensitivity = share(truePositives, positives);
  const specificity = share(trueNegatives, negatives);
  if (sensitivity === null || specificity === null) return null;
  return {
    threshold,
    truePositives,
    falsePositives,
    falseNegatives,
    trueNegatives,
    sensitivity,
    specificity,
    ppv: share(truePositives, truePositives + falsePositives),
    npv: share(trueNegatives, trueNegatives + falseNegatives),
  };
}
