import { createRandom } from '../imaging/random';
import type { Interval } from './wilson';

export interface BootstrapOptions {
  /** Number of resamples. */
  readonly resamples: number;
  readonly seed: number;
}

export const defaultBootstrap: BootstrapOptions = { resamples: 1000, seed: 20_251 };

/** Below this share of resamples with a value, an interval would describe only the lucky ones, so none is given. */
const MIN_DEFINED_SHARE = 0.8;

/**
 * Percentile bootstrap over clusters (B. Efron & R. Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13;
 * clusters as the unit: C. Field & A. Welsh, J R Stat Soc B 2007;69:369-390). Patients are drawn with replacement, as
 * many as there are, each with all its cases: images of one patient are alike, and drawing them singly would make the
 * intervals too narrow.
 *
 * A resample is a count for each case, so `statistics` need not copy cases. It writes one number per metric, NaN if the
 * metric has no value in this resample (a class without a case). Such resamples are left out.
 *
 * @param clusters [cases]: the number 0..count-1 of each case's cluster
 * @returns one 95 % interval per metric, null if there are fewer than two clusters, if too few resamples had a value,
 * or if all had the same
 */
export function clusterBootstrap(
  clusters: Uint32Array,
  count: number,
  metrics: number,
  statistics: (weights: Uint32Array, into: Float64Array) => void,
  options: BootstrapOptions = defaultBootstrap,
): (Interval | null)[] {
  if (count < 2) return new Array<null>(metrics).fill(null);
  const random = createRandom(options.seed);
  const drawn = new Uint32Array(count);
  const weights = new Uint32Array(clusters.length);
  const values = new Float64Array(metrics);
  const samples = Array.from({ length: metrics }, () => new Float64Array(options.resamples));
  const defined = new Uint32Array(metrics);

  for (let resample = 0; resample < options.resamples; resample++) {
    drawn.fill(0);
    for (let draw = 0; draw < count; draw++) {
      const cluster = random.integer(count);
      drawn[cluster] = (drawn[cluster] ?? 0) + 1;
    }
    for (let index = 0; index < clusters.length; index++) weights[index] = drawn[clusters[index] ?? 0] ?? 0;
    statistics(weights, values);
    for (let metric = 0; metric < metrics; metric++) {
      const value = values[metric] ?? Number.NaN;
      const place = defined[metric] ?? 0;
      const column = samples[metric];
      if (Number.isNaN(value) || column === undefined) continue;
      column[place] = value;
      defined[metric] = place + 1;
    }
  }
  return samples.map((column, metric) => {
    const filled = column.subarray(0, defined[metric] ?? 0);
    if (filled.length < options.resamples * MIN_DEFINED_SHARE) return null;
    filled.sort();
    // All resamples alike (an AUC of 1): the bootstrap cannot know what further patients would show.
    if (filled[0] === filled.at(-1)) return null;
    return { low: quantile(filled, 0.025), high: quantile(filled, 0.975) };
  });
}

/** Linear interpolation between order statistics (type 7 of R, numpy's default). `sorted` is ascending and not empty. */
export function quantile(sorted: Float64Array, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? low;
  return low + (high - low) * (place - below);
}
