import { createRandom, type Random, shuffle } from '../imaging/random';
import { type SplitName, splitNames } from '../models/dataset';
import { roundTable } from './controlled-rounding';

/** A labelled image. Images of the same `group` (a patient) stay together; null: on its own. */
export interface SplitItem {
  readonly id: number;
  readonly label: number;
  readonly group: number | null;
}

/** Shares of all images, 0 to 1; the rest is `train`. */
export interface SplitShares {
  readonly validation: number;
  readonly test: number;
}

interface Group {
  readonly ids: readonly number[];
  /** [class index, images] */
  readonly classes: readonly (readonly [number, number])[];
}

/**
 * A stratified split: every item in exactly one split, no group in two, class counts as close to their shares as the
 * groups allow. Deterministic for a seed and an order of the items.
 *
 * If every group is a single image, class counts are within 1 of the exact shares, and so are the totals of the splits
 * (controlled rounding). Otherwise groups are dealt largest first, each to the split where it most reduces the squared,
 * class-weighted distance to the target counts, and then moved and swapped as long as that helps. A class with enough
 * groups reaches every split.
 */
export function splitItems(
  items: readonly SplitItem[],
  shares: SplitShares,
  seed: number,
): ReadonlyMap<number, SplitName> {
  const bins = dealItems(items, splitFractions(shares), seed);
  return new Map([...bins].map(([id, bin]) => [id, splitNames[bin] ?? 'train']));
}

/**
 * `splitItems` for any number of bins: takes shares that add up to 1, returns the number of each item's bin. With
 * `evenSizes` the sizes of the bins count too, as one more class that every item has, so that the remainders of all
 * classes do not end up in the same bin.
 */
export function dealItems(
  items: readonly SplitItem[],
  fractions: readonly number[],
  seed: number,
  { evenSizes = false }: { readonly evenSizes?: boolean } = {},
): ReadonlyMap<number, number> {
  const labels = [...new Set(items.map((item) => item.label))].sort((a, b) => a - b);
  const classIndex = new Map(labels.map((label, index) => [label, index]));
  const totals = labels.map(() => 0);
  for (const item of items) {
    const index = classIndex.get(item.label) ?? 0;
    totals[index] = (totals[index] ?? 0) + 1;
  }
  // Groups use the exact shares: rounding would create ties between unequal distances.
  const shares = totals.map((total) => fractions.map((fraction) => fraction * total));
  const random = createRandom(seed);
  const groups = collectGroups(items, classIndex);
  if (groups.length === items.length) return dealSingles(items, classIndex, roundTable(shares), random);
  if (!evenSizes) return dealGroups(groups, totals, shares, fractions, random);
  return dealGroups(
    groups.map((group) => ({ ...group, classes: [...group.classes, [labels.length, group.ids.length] as const] })),
    [...totals, items.length],
    [...shares, fractions.map((fraction) => fraction * items.length)],
    fractions,
    random,
  );
}

/** In the order of `splitNames`. */
function splitFractions(shares: SplitShares): number[] {
  const fractions: Readonly<Record<SplitName, number>> = {
    train: 1 - shares.validation - shares.test,
    validation: shares.validation,
    test: shares.test,
  };
  if (!(shares.validation >= 0 && shares.test >= 0 && fractions.train > 1e-9)) {
    throw new RangeError('shares must be at least 0 and leave something for train');
  }
  return splitNames.map((split) => fractions[split]);
}

function collectGroups(items: readonly SplitItem[], classIndex: ReadonlyMap<number, number>): Group[] {
  const members = new Map<number | string, { ids: number[]; classes: Map<number, number> }>();
  for (const item of items) {
    const key = item.group ?? `image ${item.id}`;
    const group = members.get(key) ?? { ids: [], classes: new Map<number, number>() };
    members.set(key, group);
    group.ids.push(item.id);
    const index = classIndex.get(item.label) ?? 0;
    group.classes.set(index, (group.classes.get(index) ?? 0) + 1);
  }
  return [...members.values()].map((group) => ({ ids: group.ids, classes: [...group.classes] }));
}

function dealSingles(
  items: readonly SplitItem[],
  classIndex: ReadonlyMap<number, number>,
  targets: readonly (readonly number[])[],
  random: Random,
): Map<number, number> {
  const left = targets.map((row) => [...row]);
  const bins = new Map<number, number>();
  for (const item of shuffle(items, random)) {
    const row = left[classIndex.get(item.label) ?? 0] ?? [];
    const index = row.findIndex((count) => count > 0);
    row[index] = (row[index] ?? 0) - 1;
    bins.set(item.id, Math.max(0, index));
  }
  return bins;
}

/** Rounds of moving every group to a better bin; a round that helps may enable further moves. */
const MOVE_ROUNDS = 20;
const MAX_SWAP_TRIES = 50_000;
const SWAP_TRIES_PER_GROUP = 100;

function dealGroups(
  groups: readonly Group[],
  totals: readonly number[],
  targets: readonly (readonly number[])[],
  fractions: readonly number[],
  random: Random,
): Map<number, number> {
  const active = fractions.map((_, bin) => bin).filter((bin) => (fractions[bin] ?? 0) > 0);
  const groupsOfClass = totals.map((_, label) => groups.filter((g) => g.classes.some(([c]) => c === label)).length);
  const counts = totals.map(() => fractions.map(() => 0));
  const count = (label: number, bin: number): number => counts[label]?.[bin] ?? 0;

  // Cost of a cell: squared distance to the target, in units of the class's size; an absent class costs most.
  const cost = (label: number, bin: number, n: number): number => {
    const total = totals[label] ?? 1;
    const distance = n - (targets[label]?.[bin] ?? 0);
    const absent = n === 0 && (groupsOfClass[label] ?? 0) >= active.length ? total * total : 0;
    return (distance * distance + absent) / total;
  };
  const add = (group: Group, bin: number, sign: 1 | -1): number => {
    let change = 0;
    for (const [label, n] of group.classes) {
      const before = count(label, bin);
      change += cost(label, bin, before + sign * n) - cost(label, bin, before);
      const row = counts[label];
      if (row !== undefined) row[bin] = before + sign * n;
    }
    return change;
  };

  const order = shuffle(groups, random).sort((a, b) => b.ids.length - a.ids.length);
  const binOf = order.map((group) => {
    const changes = active.map((bin) => {
      const change = group.classes.reduce((sum, [label, n]) => {
        const distance = count(label, bin) - (targets[label]?.[bin] ?? 0);
        return sum + (n * n + 2 * n * distance) / (totals[label] ?? 1);
      }, 0);
      return { bin, change };
    });
    const best = changes.reduce((a, b) => (b.change < a.change - 1e-12 ? b : a));
    add(group, best.bin, 1);
    return best.bin;
  });

  for (let round = 0, helped = true; helped && round < MOVE_ROUNDS; round++) {
    helped = false;
    for (const [index, group] of order.entries()) {
      const from = binOf[index] ?? 0;
      for (const to of active) {
        if (to === from || binOf[index] !== from) continue;
        if (add(group, from, -1) + add(group, to, 1) < -1e-9) {
          binOf[index] = to;
          helped = true;
        } else {
          add(group, to, -1);
          add(group, from, 1);
        }
      }
    }
  }
  const swapTries = order.length > 1 ? Math.min(MAX_SWAP_TRIES, SWAP_TRIES_PER_GROUP * order.length) : 0;
  for (let tries = 0; tries < swapTries; tries++) {
    const i = random.integer(order.length);
    const j = random.integer(order.length);
    const [one, other, a, b] = [order[i], order[j], binOf[i] ?? 0, binOf[j] ?? 0];
    if (a === b || one === undefined || other === undefined) continue;
    if (add(one, a, -1) + add(other, b, -1) + add(one, b, 1) + add(other, a, 1) < -1e-9) {
      binOf[i] = b;
      binOf[j] = a;
    } else {
      add(one, b, -1);
      add(other, a, -1);
      add(one, a, 1);
      add(other, b, 1);
    }
  }

  const bins = new Map<number, number>();
  for (const [index, group] of order.entries()) {
    for (const id of group.ids) bins.set(id, binOf[index] ?? 0);
  }
  return bins;
}

/**
 * Largest difference, in images, between a class count and its exact share. `counts`: one row per class, images in the
 * order of `splitNames`.
 */
export function splitDeviation(counts: readonly (readonly number[])[], shares: SplitShares): number {
  const fractions = splitFractions(shares);
  const differences = counts.flatMap((row) => {
    const total = row.reduce((sum, n) => sum + n, 0);
    return fractions.map((fraction, bin) => Math.abs((row[bin] ?? 0) - fraction * total));
  });
  const largest = differences.reduce((max, one) => Math.max(max, one), 0);
  // Removes the noise of binary fractions: 20 - 0.2 × 100 is 0.
  return Math.round(largest * 1e6) / 1e6;
}
