import type { BinaryTask } from '../models/curves';
import type { Metric } from '../models/metric';
import type { OperatingMetrics, OperatingRule } from '../models/operating-point';
import { type BinaryCases, binaryCases } from './binary-task';
import { type BootstrapOptions, clusterBootstrap, defaultBootstrap } from './bootstrap';
import { descendingCases, thresholdCounts } from './curves';
import type { EvaluatedCase } from './evaluate';
import { proportionInterval, share, withInterval } from './proportion';
import type { Interval } from './wilson';

/** Calls of a threshold: a case is called positive if its score is at least the threshold. */
type Counts = Pick<OperatingMetrics, 'truePositives' | 'falsePositives' | 'falseNegatives' | 'trueNegatives'>;

const ratios = {
  sensitivity: (of: Counts) => share(of.truePositives, of.truePositives + of.falseNegatives),
  specificity: (of: Counts) => share(of.trueNegatives, of.trueNegatives + of.falsePositives),
  ppv: (of: Counts) => share(of.truePositives, of.truePositives + of.falsePositives),
  npv: (of: Counts) => share(of.trueNegatives, of.trueNegatives + of.falseNegatives),
  positiveLikelihood: (of: Counts) => share(ratios.sensitivity(of), 1 - ratios.specificity(of)),
  negativeLikelihood: (of: Counts) => share(1 - ratios.sensitivity(of), ratios.specificity(of)),
} as const;
type RatioName = keyof typeof ratios;
const ratioNames = Object.keys(ratios) as RatioName[];

/**
 * What a threshold decides, with intervals that resample patients (docs/statistics.md). With a prevalence, also what
 * 1,000 patients of such a population would get. Null without a case of both groups.
 */
export function operatingMetrics(
  cases: readonly EvaluatedCase[],
  task: BinaryTask,
  threshold: number,
  { prevalence = null, ...options }: Partial<BootstrapOptions> & { readonly prevalence?: number | null } = {},
): OperatingMetrics | null {
  const binary = binaryCases(cases, task);
  const counts = countCalls(binary, threshold);
  const populationRatios = prevalence === null ? [] : [populationPpv(prevalence), populationNpv(prevalence)];
  const measures = [...ratioNames.map((name) => ratios[name]), ...populationRatios];
  const found = clusterBootstrap(
    binary.patients,
    binary.patientCount,
    measures.length,
    (weights, into) => {
      const resampled = countCalls(binary, threshold, weights);
      into.set(measures.map((measure) => finite(measure(resampled))));
    },
    { ...defaultBootstrap, ...options },
  );
  const { scores, isPositive, patients } = binary;
  const called = scores.map((score) => Number(score >= threshold));
  const proportion = (name: RatioName, hits: number, among: ArrayLike<number>, value: 0 | 1): Metric | null => {
    const counted = patients.filter((_, index) => among[index] === value);
    if (counted.length === 0) return null;
    const bootstrapped = found[ratioNames.indexOf(name)];
    const interval = proportionInterval(hits, counted.length, new Set(counted).size, bootstrapped);
    return withInterval(hits / counted.length, interval, counted.length);
  };
  const ratio = (value: number, interval: Interval | null | undefined): Metric | null =>
    Number.isFinite(value) ? withInterval(value, interval, scores.length) : null;
  const sensitivity = proportion('sensitivity', counts.truePositives, isPositive, 1);
  const specificity = proportion('specificity', counts.trueNegatives, isPositive, 0);
  if (sensitivity === null || specificity === null) return null;
  return {
    threshold,
    ...counts,
    sensitivity,
    specificity,
    ppv: proportion('ppv', counts.truePositives, called, 1),
    npv: proportion('npv', counts.trueNegatives, called, 0),
    positiveLikelihood: ratio(ratios.positiveLikelihood(counts), found[4]),
    negativeLikelihood: ratio(ratios.negativeLikelihood(counts), found[5]),
    population:
      prevalence === null
        ? null
        : {
            prevalence,
            ...per1000(prevalence, sensitivity, specificity),
            ppv: ratio(populationPpv(prevalence)(counts), found[6]),
            npv: ratio(populationNpv(prevalence)(counts), found[7]),
          },
  };
}

/** Predictive values in a population of a prevalence, by Bayes' theorem. */
const populationPpv = (prevalence: number) => (of: Counts) => {
  const found = prevalence * ratios.sensitivity(of);
  return share(found, found + (1 - prevalence) * (1 - ratios.specificity(of)));
};
const populationNpv = (prevalence: number) => (of: Counts) => {
  const spared = (1 - prevalence) * ratios.specificity(of);
  return share(spared, spared + prevalence * (1 - ratios.sensitivity(of)));
};

function per1000(prevalence: number, sensitivity: Metric, specificity: Metric) {
  const scale = ({ value, low, high, n }: Metric, by: number): Metric => ({
    value: by * value,
    low: low === null ? null : by * low,
    high: high === null ? null : by * high,
    n,
  });
  const other = ({ value, low, high, n }: Metric): Metric => ({
    value: 1 - value,
    low: high === null ? null : 1 - high,
    high: low === null ? null : 1 - low,
    n,
  });
  const [ill, well] = [1000 * prevalence, 1000 * (1 - prevalence)];
  return {
    truePositives: scale(sensitivity, ill),
    falseNegatives: scale(other(sensitivity), ill),
    trueNegatives: scale(specificity, well),
    falsePositives: scale(other(specificity), well),
  };
}

const finite = (value: number): number => (Number.isFinite(value) ? value : Number.NaN);

function countCalls({ scores, isPositive }: BinaryCases, threshold: number, weights?: Uint32Array): Counts {
  const counts = { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 };
  for (let index = 0; index < scores.length; index++) {
    const weight = weights?.[index] ?? 1;
    const isCalled = (scores[index] as number) >= threshold;
    if (isPositive[index] === 1) counts[isCalled ? 'truePositives' : 'falseNegatives'] += weight;
    else counts[isCalled ? 'falsePositives' : 'trueNegatives'] += weight;
  }
  return counts;
}

/**
 * The threshold that a rule chooses among the scores of cases, null if none fulfils it or a group has no case. A lower
 * bound is that of `operatingMetrics`: it rises with its share from threshold to threshold, so it is found by halving.
 */
export function chooseThreshold(
  cases: readonly EvaluatedCase[],
  task: BinaryTask,
  rule: OperatingRule,
  options: BootstrapOptions = defaultBootstrap,
): number | null {
  const { thresholds, truePositives, falsePositives } = thresholdCounts(descendingCases(cases, task));
  const [positives, negatives] = [truePositives.at(-1) ?? 0, falsePositives.at(-1) ?? 0];
  if (positives === 0 || negatives === 0) return null;
  const counts = thresholds.map((_, index): Counts => {
    const [found, wrong] = [truePositives[index] ?? 0, falsePositives[index] ?? 0];
    return {
      truePositives: found,
      falsePositives: wrong,
      falseNegatives: positives - found,
      trueNegatives: negatives - wrong,
    };
  });
  switch (rule.kind) {
    case 'youden':
      return best(thresholds, counts, (of) => ratios.sensitivity(of) + ratios.specificity(of));
    case 'cost':
      return best(thresholds, counts, (of) => -(rule.missed * of.falseNegatives + of.falsePositives));
    case 'sensitivity':
    case 'specificity': {
      // Sensitivity grows downwards, specificity upwards: the first that suffices has the best of the other.
      const places = [...thresholds.keys()];
      const found = firstThat(rule.kind === 'sensitivity' ? places : places.reverse(), (place) => {
        if (ratios[rule.kind](counts[place] as Counts) < rule.atLeast) return false;
        if (rule.lowerBound === null) return true;
        const low = operatingMetrics(cases, task, thresholds[place] ?? 0, options)?.[rule.kind].low;
        return low !== null && low !== undefined && low >= rule.lowerBound;
      });
      return found === null ? null : (thresholds[found] ?? null);
    }
  }
}

/** The threshold with the largest value, the highest of several. */
function best(thresholds: readonly number[], counts: readonly Counts[], value: (of: Counts) => number): number | null {
  let found: number | null = null;
  let most = Number.NEGATIVE_INFINITY;
  for (const [index, threshold] of thresholds.entries()) {
    const reached = value(counts[index] as Counts);
    if (reached > most) [found, most] = [threshold, reached];
  }
  return found;
}

/** The first item that fulfils a condition which holds for all after it; null if none does. */
function firstThat(items: readonly number[], fulfils: (item: number) => boolean): number | null {
  let [from, to] = [0, items.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (fulfils(items[middle] as number)) to = middle;
    else from = middle + 1;
  }
  return items[from] ?? null;
}
