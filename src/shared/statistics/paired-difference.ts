import type { Metric } from '../models/metric';
import type { BestMetric } from '../models/run-config';
import { macroMean, rankedAuc, rankScores } from './auc';
import { type BootstrapOptions, clusterBootstrap, defaultBootstrap } from './bootstrap';
import { classificationMetrics } from './classification';
import { clusterCases } from './clusters';
import { confusionMatrix } from './confusion-matrix';
import type { EvaluatedCase } from './evaluate';

/** A case that can be matched with another evaluation of the same images. */
export type ImageCase = EvaluatedCase & { readonly image: number };

/**
 * Pairs the cases of two models by image. Null unless both have the same images with the same truth: a difference would
 * then partly be one between images.
 */
export function pairCases<T extends ImageCase>(first: readonly T[], second: readonly T[]): (readonly [T, T])[] | null {
  const byImage = new Map(second.map((entry) => [entry.image, entry]));
  if (first.length !== second.length || byImage.size !== second.length) return null;
  const pairs = first.flatMap((entry): (readonly [T, T])[] => {
    const other = byImage.get(entry.image);
    return other === undefined || other.truth !== entry.truth ? [] : [[entry, other]];
  });
  return pairs.length === first.length && new Set(first.map(({ image }) => image)).size === first.length ? pairs : null;
}

/**
 * A metric of the second model minus that of the first on the same images, with a 95 % percentile interval: patients
 * are resampled, and both models are measured on each resample. Images that are hard for both move both alike, so this
 * interval is narrower than those of the two metrics, and only this interval shows whether they differ (B. Efron & R.
 * Tibshirani, An Introduction to the Bootstrap, 1993, ch. 8 and 16). Null if the metric has no value.
 */
export function pairedDifference(
  pairs: readonly (readonly [EvaluatedCase, EvaluatedCase])[],
  classes: readonly string[],
  metric: BestMetric,
  options: BootstrapOptions = defaultBootstrap,
): Metric | null {
  const first = pairs.map(([one]) => one);
  const measure = [
    metricOfCases(first, classes.length, metric),
    metricOfCases(
      pairs.map(([, two]) => two),
      classes.length,
      metric,
    ),
  ];
  const difference = (weights?: Uint32Array): number =>
    (measure[1]?.(weights) ?? Number.NaN) - (measure[0]?.(weights) ?? Number.NaN);
  const value = pairs.length === 0 ? Number.NaN : difference();
  if (Number.isNaN(value)) return null;
  const clusters = clusterCases(first);
  const [interval] = clusterBootstrap(
    clusters.ofCase,
    clusters.count,
    1,
    (weights, into) => {
      into[0] = difference(weights);
    },
    options,
  );
  return { value, low: interval?.low ?? null, high: interval?.high ?? null, n: pairs.length };
}

/** The metric over cases counted `weights` times; NaN if it has no value. */
export function metricOfCases(
  cases: readonly EvaluatedCase[],
  size: number,
  metric: BestMetric,
): (weights?: Uint32Array) => number {
  const truth = Uint32Array.from(cases, (entry) => entry.truth);
  if (metric === 'loss') {
    return (weights) => {
      let sum = 0;
      let n = 0;
      for (const [index, { loss }] of cases.entries()) {
        const weight = weights?.[index] ?? 1;
        sum += weight * loss;
        n += weight;
      }
      return sum / n;
    };
  }
  if (metric === 'auc') {
    const labels = Array.from({ length: size }, (_, label) => label);
    const ranked = labels.map((label) =>
      rankScores(Float64Array.from(cases, (entry) => entry.probabilities[label] ?? Number.NaN)),
    );
    const isClass = labels.map((label) => Uint8Array.from(truth, (value) => (value === label ? 1 : 0)));
    return (weights) =>
      macroMean(
        ranked.map((scores, label) => rankedAuc(scores, isClass[label] ?? new Uint8Array(cases.length), weights)),
      ) ?? Number.NaN;
  }
  const predicted = Uint32Array.from(cases, (entry) => entry.predicted);
  const present = new Set(truth);
  return (weights) => {
    const counted = classificationMetrics(confusionMatrix(truth, predicted, size, weights));
    if (metric === 'accuracy') return counted.accuracy;
    // A class that the resample happens to miss would lower the mean by accident.
    const complete = counted.perClass.every((entry, label) => entry.support > 0 || !present.has(label));
    return complete ? counted.macroF1 : Number.NaN;
  };
}
