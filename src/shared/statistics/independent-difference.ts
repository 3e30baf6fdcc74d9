import { createRandom } from '../imaging/random';
import type { Metric } from '../models/metric';
import type { BestMetric } from '../models/run-config';
import { type BootstrapOptions, defaultBootstrap, quantile } from './bootstrap';
import { clusterCases } from './clusters';
import type { EvaluatedCase } from './evaluate';
import { metricOfCases } from './paired-difference';
import { type Interval, wilsonInterval } from './wilson';

/** No interval if a smaller share of the resamples has a value. */
const MIN_DEFINED_SHARE = 0.8;

/**
 * Difference of two proportions on different cases, first minus second, with Newcombe's hybrid score interval (method
 * 10 of R. G. Newcombe, Stat Med 1998;17:873-890), which combines the Wilson intervals of the two. Null if one has no
 * trials.
 */
export function newcombeInterval(
  first: { readonly successes: number; readonly trials: number },
  second: { readonly successes: number; readonly trials: number },
): Interval | null {
  const one = wilsonInterval(first.successes, first.trials);
  const two = wilsonInterval(second.successes, second.trials);
  if (one === null || two === null) return null;
  const [p, q] = [first.successes / first.trials, second.successes / second.trials];
  return {
    low: p - q - Math.hypot(p - one.low, two.high - q),
    high: p - q + Math.hypot(one.high - p, q - two.low),
  };
}

/**
 * A metric of one model on its cases minus that of another on other cases, with a 95 % interval: Newcombe's for
 * accuracy; otherwise percentiles of the differences with both sets resampled by patient independently (B. Efron & R.
 * Tibshirani, An Introduction to the Bootstrap, 1993, ch. 8: two samples). Null if the metric has no value on one of
 * them.
 */
export function independentDifference(
  first: readonly EvaluatedCase[],
  second: readonly EvaluatedCase[],
  classes: readonly string[],
  metric: BestMetric,
  options: BootstrapOptions = defaultBootstrap,
): Metric | null {
  if (first.length === 0 || second.length === 0) return null;
  const measures = [first, second].map((cases) => metricOfCases(cases, classes.length, metric));
  const value = (measures[0]?.() ?? Number.NaN) - (measures[1]?.() ?? Number.NaN);
  if (Number.isNaN(value)) return null;
  const n = first.length + second.length;
  if (metric === 'accuracy') {
    const [one, two] = [first, second].map((cases) => ({
      successes: cases.filter((entry) => entry.truth === entry.predicted).length,
      trials: cases.length,
    })) as [Proportion, Proportion];
    return { value, ...(newcombeInterval(one, two) ?? { low: null, high: null }), n };
  }
  const random = createRandom(options.seed);
  const clusters = [first, second].map(clusterCases);
  if (clusters.some(({ count }) => count < 2)) return { value, low: null, high: null, n };
  const draw = ({ ofCase, count }: ReturnType<typeof clusterCases>): Uint32Array => {
    const drawn = new Uint32Array(count);
    for (let index = 0; index < count; index++) {
      const cluster = random.integer(count);
      drawn[cluster] = (drawn[cluster] ?? 0) + 1;
    }
    return ofCase.map((cluster) => drawn[cluster] ?? 0);
  };
  const differences: number[] = [];
  for (let resample = 0; resample < options.resamples; resample++) {
    const [one, two] = clusters.map((of, index) => measures[index]?.(draw(of)) ?? Number.NaN) as [number, number];
    if (!Number.isNaN(one - two)) differences.push(one - two);
  }
  const sorted = Float64Array.from(differences).sort();
  if (sorted.length < options.resamples * MIN_DEFINED_SHARE || sorted[0] === sorted.at(-1)) {
    return { value, low: null, high: null, n };
  }
  return { value, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975), n };
}

interface Proportion {
  readonly successes: number;
  readonly trials: number;
}
