import { createRandom, type Random, shuffle } from '../imaging/random';
import type { Labelled } from './cross-validate';
import { dealFolds } from './cross-validate';
import type { Design } from './design';
import { groupCount } from './images';
import { prepareRidge } from './ridge';

export interface PermutationOptions {
  readonly folds: number;
  readonly seed: number;
  /** Label orders that are tried at most. */
  readonly permutations: number;
  /** The test ends early when so many orders did as well as the labels: it is chance then, and no better known by more. */
  readonly enough: number;
}

export interface PermutationResult {
  readonly p: number;
  /** Orders that were tried. */
  readonly permutations: number;
}

/**
 * Whether a source tells anything of the labels: how well it predicts them out of fold, held against how well it
 * predicts labels that were dealt out anew between groups. What is compared is the skill of a ridge regression
 * (`prepareRidge`), which has a closed form, so that a thousand orders cost little. Folds are dealt without regard to
 * labels: then each order is as likely as the true one where there is no link, and the test is exact.
 *
 * Ends early by Besag and Clifford (Biometrika 1991;78:301-304): p = h / l at the l-th order, where it is the h-th that
 * did as well, else (h + 1) / (orders + 1).
 */
export async function permutationTest(
  design: Design,
  data: Labelled,
  options: PermutationOptions,
  pause: () => Promise<void> = async () => {},
): Promise<PermutationResult> {
  const { folds, seed, permutations, enough } = options;
  const skill = prepareRidge(design, dealFolds(data, folds, seed, false), data.classes);
  const truth = skill(data.labels);
  const random = createRandom(seed, 1);
  const deal = labelDealer(data);
  let asGood = 0;
  for (let order = 1; order <= permutations; order += 1) {
    if (skill(deal(random)) >= truth - ROUNDING) asGood += 1;
    if (asGood === enough) return { p: asGood / order, permutations: order };
    await pause();
  }
  return { p: (asGood + 1) / (permutations + 1), permutations };
}

/** Skills that differ by less are equal: the same numbers were added up in another order. */
const ROUNDING = 1e-12;

/**
 * Deals labels out anew between groups: each takes those of another, stretched or cut to its size, so that what is
 * alike within a patient stays so.
 */
export function labelDealer({ labels, groups }: Labelled): (random: Random) => Int32Array {
  const members: number[][] = Array.from({ length: groupCount(groups) }, () => []);
  groups.forEach((group, index) => {
    members[group]?.push(index);
  });
  const order = members.map((_, group) => group);
  return (random) => {
    const dealt = new Int32Array(labels.length);
    shuffle(order, random).forEach((from, to) => {
      const given = members[from] ?? [];
      const taking = members[to] ?? [];
      taking.forEach((index, place) => {
        const source = given[Math.floor((place * given.length) / taking.length)] ?? 0;
        dealt[index] = labels[source] ?? 0;
      });
    });
    return dealt;
  };
}
