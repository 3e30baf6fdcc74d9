import { createRandom, type Random, shuffle } from '../imaging/random';
import type { Labelled } from './cross-validate';
import { dealFolds } from './cross-validate';
import type { Design } from './design';
import { groupCount } from './images';
import { prepareRidge } from './ridge';

export interface PermutationOptions {
  readonly folds: number;
  readonly seed: number;
  /** Maximum number of label orders to try. */
  readonly permutations: number;
  /**
   * The test ends early once this many orders did as well as the labels: it is chance then, and more orders would not
   * change that.
   */
  readonly maxAsGood: number;
}

export interface PermutationResult {
  readonly p: number;
  /** Orders tried. */
  readonly permutations: number;
}

/**
 * Tests whether a source carries information about the labels: how well it predicts them out of fold, against how well
 * it predicts labels permuted between groups. The test statistic is the skill of a ridge regression (`prepareRidge`),
 * which has a closed form, so that a thousand orders cost little. Folds are dealt regardless of labels: without a link
 * each order is then as likely as the true one, and the test is exact.
 *
 * Ends early by Besag and Clifford (Biometrika 1991;78:301-304): p = h / l if the l-th order is the h-th that did as
 * well, otherwise (h + 1) / (orders + 1).
 */
export async function permutationTest(
  design: Design,
  data: Labelled,
  options: PermutationOptions,
  pause: () => Promise<void> = async () => {},
): Promise<PermutationResult> {
  const { folds, seed, permutations, maxAsGood } = options;
  const skill = prepareRidge(design, dealFolds(data, folds, seed, false), data.classes);
  const truth = skill(data.labels);
  const random = createRandom(seed, 1);
  const deal = labelDealer(data);
  let asGood = 0;
  for (let order = 1; order <= permutations; order += 1) {
    if (skill(deal(random)) >= truth - ROUNDING) asGood += 1;
    if (asGood === maxAsGood) return { p: asGood / order, permutations: order };
    await pause();
  }
  return { p: (asGood + 1) / (permutations + 1), permutations };
}

/** Skills that differ by less are equal: the same numbers were added in another order. */
const ROUNDING = 1e-12;

/**
 * Permutes labels between groups: each group takes those of another, stretched or cut to its size, so that similarity
 * within a patient is preserved.
 */
export function labelDealer({ labels, groups }: Labelled): (random: Random) => Int32Array {
  const members: number[][] = Array.from({ length: groupCount(groups) }, () => []);
  groups.forEach((group, index) => {
    members[group]?.push(index);
  });
  const order = members.map((_, group) => group);
  return (random) => {
    const permuted = new Int32Array(labels.length);
    shuffle(order, random).forEach((from, to) => {
      const given = members[from] ?? [];
      const receiving = members[to] ?? [];
      receiving.forEach((index, place) => {
        const source = given[Math.floor((place * given.length) / receiving.length)] ?? 0;
        permuted[index] = labels[source] ?? 0;
      });
    });
    return permuted;
  };
}
