import type { Metric } from '../models/metric';
import { wilsonInterval, Z_95 } from './wilson';

/** Weight of a disagreement between ordered classes: all alike, by distance, or by its square. */
export const kappaWeights = ['none', 'linear', 'quadratic'] as const;
export type KappaWeights = (typeof kappaWeights)[number];

/** Agreement of two readers on the same images. */
export interface PairAgreement {
  readonly images: number;
  /** Share of images with the same class, with Wilson's interval; null without images. */
  readonly agreement: Metric | null;
  /** Null without images, and if chance agreement is 1 (both name one and the same class only). */
  readonly kappa: Metric | null;
}

/**
 * Cohen's kappa of a table of counts [first reader][second reader]
 * (J. Cohen, Educ Psychol Meas 1960;20:37-46; weighted: Psychol Bull 1968;70:213-220).
 *
 *     kappa = (po - pe) / (1 - pe),  po = sum w_ij p_ij,  pe = sum w_ij p_i. p_.j
 *
 * with agreement weights w = 1 on the diagonal; off it 0, 1 - d/(k-1) (linear) or 1 - (d/(k-1))^2 (quadratic). The
 * interval is the large-sample one of J. L. Fleiss, J. Cohen & B. S. Everitt, Psychol Bull 1969;72:323-327, eq. 13:
 *
 *     n (1-pe)^4 var = sum p_ij [ w_ij (1-pe) - (w_i. + w_.j)(1-po) ]^2 - (po pe - 2 pe + po)^2
 *
 * clipped to -1..1. It assumes independent images. If `cases` has several images of a patient, the variance is that of
 * sums over patients instead (see `clusteredVariance`). If the readers agree on all images the formula gives 0 although
 * the variance is unknown: no interval then.
 *
 * @param cases the images of the table one by one, with their patients
 */
export function cohenKappa(
  table: readonly (readonly number[])[],
  weights: KappaWeights = 'none',
  cases: readonly PairCase[] = [],
): PairAgreement {
  const classes = table.length;
  const images = table.reduce((sum, row) => sum + row.reduce((total, count) => total + count, 0), 0);
  if (images === 0) return { images: 0, agreement: null, kappa: null };
  const at = (i: number, j: number) => (table[i]?.[j] ?? 0) / images;
  const places = [...Array(classes).keys()];
  const rows = places.map((i) => places.reduce((sum, j) => sum + at(i, j), 0));
  const columns = places.map((j) => places.reduce((sum, i) => sum + at(i, j), 0));
  const weight = (i: number, j: number) => agreementWeight(weights, classes, i, j);
  const cells = places.flatMap((i) => places.map((j) => ({ i, j, w: weight(i, j), p: at(i, j) })));
  const sum = (of: (cell: (typeof cells)[number]) => number) => cells.reduce((total, cell) => total + of(cell), 0);

  const same = places.reduce((total, i) => total + (table[i]?.[i] ?? 0), 0);
  const agreement = { value: same / images, low: null, high: null, ...wilsonInterval(same, images), n: images };
  const po = sum(({ w, p }) => w * p);
  const pe = sum(({ i, j, w }) => w * (rows[i] ?? 0) * (columns[j] ?? 0));
  // Equal up to rounding: 1 - pe is a sum of products of shares.
  if (1 - pe < 1e-12) return { images, agreement, kappa: null };
  const value = (po - pe) / (1 - pe);
  const byRow = places.map((i) => places.reduce((total, j) => total + weight(i, j) * (columns[j] ?? 0), 0));
  const byColumn = places.map((j) => places.reduce((total, i) => total + weight(i, j) * (rows[i] ?? 0), 0));
  const base = po * pe - 2 * pe + po;
  const influence = (i: number, j: number) =>
    (weight(i, j) * (1 - pe) - ((byRow[i] ?? 0) + (byColumn[j] ?? 0)) * (1 - po) - base) / (1 - pe) ** 2;
  const clustered = clusteredVariance(
    cases.map((one) => one.patient),
    cases.map((one) => influence(one.first, one.second)),
  );
  const square = sum(({ i, j, w, p }) => p * (w * (1 - pe) - ((byRow[i] ?? 0) + (byColumn[j] ?? 0)) * (1 - po)) ** 2);
  const variance = clustered ?? (square - base ** 2) / (images * (1 - pe) ** 4);
  return { images, agreement, kappa: withInterval(value, same === images ? 0 : variance, images) };
}

/** An image read by two readers: the class that each gave, and the number of its patient. */
export interface PairCase {
  readonly first: number;
  readonly second: number;
  readonly patient: number;
}

/**
 * Variance of a statistic whose linear part is the mean of one influence per image, when patients rather than images
 * are independent (K.-Y. Liang & S. L. Zeger, Biometrika 1986;73:13-22, with the factor G / (G - 1) for few patients):
 *
 *     var = G / (G - 1) sum_g (sum_(i in g) u_i)^2 / n^2
 *
 * Null if each patient has one image, as the usual formula then holds; 0 for a single patient, which leaves it unknown.
 */
function clusteredVariance(patients: readonly number[], influences: readonly number[]): number | null {
  const sums = new Map<number, number>();
  patients.forEach((patient, index) => {
    sums.set(patient, (sums.get(patient) ?? 0) + (influences[index] ?? 0));
  });
  if (sums.size === patients.length) return null;
  if (sums.size < 2) return 0;
  const squares = [...sums.values()].reduce((total, sum) => total + sum * sum, 0);
  return ((sums.size / (sums.size - 1)) * squares) / patients.length ** 2;
}

function agreementWeight(weights: KappaWeights, classes: number, i: number, j: number): number {
  if (i === j) return 1;
  const distance = Math.abs(i - j) / (classes - 1);
  switch (weights) {
    case 'none':
      return 0;
    case 'linear':
      return 1 - distance;
    case 'quadratic':
      return 1 - distance ** 2;
  }
}

/** Agreement of all readers together. */
export interface GroupAgreement {
  /** Images with at least two readings; others do not count. */
  readonly images: number;
  readonly readings: number;
  /** Share of pairs of readings of an image that agree, averaged over images; null without an image. */
  readonly agreement: number | null;
  /** Null without images, or if all readings name one class. */
  readonly kappa: Metric | null;
}

/**
 * Fleiss' kappa of counts [image][class] of readings (J. L. Fleiss, Psychol Bull 1971;76:378-382), in the form that
 * allows different numbers of readings per image (K. L. Gwet, Handbook of Inter-Rater Reliability, 4th ed. 2014, ch.
 * 2.6 and 5.3). Images with fewer than two readings are left out, as they carry no information on agreement:
 *
 *     pa_i = sum_k r_ik (r_ik - 1) / (r_i (r_i - 1)),  pa = mean pa_i
 *     pi_k = mean r_ik / r_i,                          pe = sum pi_k^2
 *     kappa = (pa - pe) / (1 - pe)
 *     var = sum (kappa*_i - kappa)^2 / (n (n-1)),  kappa*_i = (pa_i - pe)/(1 - pe) - 2 (1 - kappa)(pe_i - pe)/(1 - pe),
 *     pe_i = sum_k pi_k r_ik / r_i
 *
 * With equally many readings per image it is Fleiss' own. The variance is that of sampling images from a larger
 * population, not (as Fleiss' of 1971) that under chance agreement; if a patient has several images, patients are
 * sampled (`clusteredVariance`). No interval if the variance is 0, or with one image.
 *
 * @param patients [image]: number of the image's patient; by default each image is a patient of its own
 */
export function fleissKappa(
  counts: readonly (readonly number[])[],
  patients: readonly number[] = counts.map((_, index) => index),
): GroupAgreement {
  const images = counts.flatMap((row, index) => {
    const readings = row.reduce((sum, count) => sum + count, 0);
    return readings < 2 ? [] : [{ row, readings, patient: patients[index] ?? -1 }];
  });
  const n = images.length;
  const readings = images.reduce((sum, image) => sum + image.readings, 0);
  if (n === 0) return { images: 0, readings: 0, agreement: null, kappa: null };
  const agreements = images.map(
    (image) => image.row.reduce((sum, r) => sum + r * (r - 1), 0) / (image.readings * (image.readings - 1)),
  );
  const pa = mean(agreements);
  const shares = (images[0]?.row ?? []).map((_, k) =>
    mean(images.map((image) => (image.row[k] ?? 0) / image.readings)),
  );
  const pe = shares.reduce((sum, share) => sum + share * share, 0);
  if (1 - pe < 1e-12) return { images: n, readings, agreement: pa, kappa: null };
  const kappa = (pa - pe) / (1 - pe);
  const influences = images.map((image, index) => {
    const expected = image.row.reduce((sum, r, k) => sum + ((shares[k] ?? 0) * r) / image.readings, 0);
    const own = ((agreements[index] ?? 0) - pe - 2 * (1 - kappa) * (expected - pe)) / (1 - pe);
    return own - kappa;
  });
  const variance =
    clusteredVariance(
      images.map((image) => image.patient),
      influences,
    ) ?? (n < 2 ? 0 : influences.reduce((sum, one) => sum + one * one, 0) / (n * (n - 1)));
  return { images: n, readings, agreement: pa, kappa: withInterval(kappa, variance, n) };
}

/** Agreement on one class against the rest. */
export interface ClassAgreement {
  /** Readings of this class, on images with at least two readings. */
  readonly readings: number;
  /**
   * Probability that, of two readings of an image, the second names this class if the first does: sum r (r - 1) / sum r
   * (r_i - 1), the specific agreement (Cicchetti & Feinstein, J Clin Epidemiol 1990;43:551-558). Null if nobody named
   * the class.
   */
  readonly agreement: number | null;
  /** Fleiss' kappa of this class against all others. */
  readonly kappa: Metric | null;
}

export function classAgreement(
  counts: readonly (readonly number[])[],
  classIndex: number,
  patients: readonly number[] = counts.map((_, index) => index),
): ClassAgreement {
  const split = counts.map((row) => {
    const all = row.reduce((sum, count) => sum + count, 0);
    const of = row[classIndex] ?? 0;
    return all < 2 ? ([0, 0] as const) : ([of, all - of] as const);
  });
  const both = split.reduce((sum, [of]) => sum + of * (of - 1), 0);
  const possible = split.reduce((sum, [of, rest]) => sum + of * (of + rest - 1), 0);
  return {
    readings: split.reduce((sum, [of]) => sum + of, 0),
    agreement: possible === 0 ? null : both / possible,
    kappa: fleissKappa(split, patients).kappa,
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Treats a variance that is 0 up to rounding as 0. */
function withInterval(value: number, variance: number, n: number): Metric {
  if (!(variance > 1e-20)) return { value, low: null, high: null, n };
  const half = Z_95 * Math.sqrt(variance);
  return { value, low: Math.max(-1, value - half), high: Math.min(1, value + half), n };
}
