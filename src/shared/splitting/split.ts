import { createRandom, type Random, shuffle } from '../imaging/random';
import { type SplitName, splitNames } from '../models/dataset';
import { roundTable } from './controlled-rounding';

/** A labelled image. `group`: images that must stay together (a patient); null: on its own. */
export interface SplitItem {
  readonly id: number;
  readonly label: number;
  readonly group: number | null;
}

/** Shares of all images, 0 to 1; what is left is `train`. */
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
 * A stratified split: every item in exactly one part, no group in two, class counts as close to their shares as the
 * groups allow, the same for the same seed and items (in the same order).
 *
 * Where every group is one image the class counts are within 1 of the exact shares, and the parts' totals within 1
 * (controlled rounding). Else groups are dealt out largest first, each to the part where it reduces the squared,
 * class-weighted distance to the target counts most, and then moved and swapped while that helps. A class with enough
 * groups reaches every part.
 */
export function splitItems(
  items: readonly SplitItem[],
  shares: SplitShares,
  seed: number,
): ReadonlyMap<number, SplitName> {
  const dealt = dealItems(items, splitFractions(shares), seed);
  return new Map([...dealt].map(([id, part]) => [id, splitNames[part] ?? 'train']));
}

/**
 * `splitItems` for any number of parts: shares that add up to 1 in, the number of each item's part out. `evenSizes`:
 * the sizes of the parts count too, as one more class that every item has, so that what is left over of each class does
 * not end up in the same part.
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
  // Groups go to the exact shares: rounded ones make ties of what is not equally near.
  const shares = totals.map((total) => fractions.map((fraction) => fraction * total));
  const random = createRandom(seed);
  const groups = gather(items, classIndex);
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
  const of: Readonly<Record<SplitName, number>> = {
    train: 1 - shares.validation - shares.test,
    validation: shares.validation,
    test: shares.test,
  };
  if (!(shares.validation >= 0 && shares.test >= 0 && of.train > 1e-9)) {
    throw new RangeError('shares must be at least 0 and leave something for train');
  }
  return splitNames.map((split) => of[split]);
}

function gather(items: readonly SplitItem[], classIndex: ReadonlyMap<number, number>): Group[] {
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
  const parts = new Map<number, number>();
  for (const item of shuffle(items, random)) {
    const row = left[classIndex.get(item.label) ?? 0] ?? [];
    const index = row.findIndex((count) => count > 0);
    row[index] = (row[index] ?? 0) - 1;
    parts.set(item.id, Math.max(0, index));
  }
  return parts;
}

/** Rounds of moving every group to a better part; each round that helps makes the next one worth it. */
const MOVE_ROUNDS = 20;
const MOST_SWAP_TRIES = 50_000;
const SWAP_TRIES_A_GROUP = 100;

function dealGroups(
  groups: readonly Group[],
  totals: readonly number[],
  targets: readonly (readonly number[])[],
  fractions: readonly number[],
  random: Random,
): Map<number, number> {
  const active = fractions.map((_, part) => part).filter((part) => (fractions[part] ?? 0) > 0);
  const groupsOfClass = totals.map((_, label) => groups.filter((g) => g.classes.some(([c]) => c === label)).length);
  const counts = totals.map(() => fractions.map(() => 0));
  const count = (label: number, part: number): number => counts[label]?.[part] ?? 0;

  // Cost of a cell: squared distance to the target, in units of the class's size; an absent class costs the most.
  const cost = (label: number, part: number, n: number): number => {
    const total = totals[label] ?? 1;
    const distance = n - (targets[label]?.[part] ?? 0);
    const absent = n === 0 && (groupsOfClass[label] ?? 0) >= active.length ? total * total : 0;
    return (distance * distance + absent) / total;
  };
  const add = (group: Group, part: number, sign: 1 | -1): number => {
    let change = 0;
    for (const [label, n] of group.classes) {
      const before = count(label, part);
      change += cost(label, part, before + sign * n) - cost(label, part, before);
      const row = counts[label];
      if (row !== undefined) row[part] = before + sign * n;
    }
    return change;
  };

  const order = shuffle(groups, random).sort((a, b) => b.ids.length - a.ids.length);
  const place = order.map((group) => {
    const changes = active.map((part) => {
      const change = group.classes.reduce((sum, [label, n]) => {
        const distance = count(label, part) - (targets[label]?.[part] ?? 0);
        return sum + (n * n + 2 * n * distance) / (totals[label] ?? 1);
      }, 0);
      return { part, change };
    });
    const best = changes.reduce((a, b) => (b.change < a.change - 1e-12 ? b : a));
    add(group, best.part, 1);
    return best.part;
  });

  for (let round = 0, helped = true; helped && round < MOVE_ROUNDS; round++) {
    helped = false;
    for (const [index, group] of order.entries()) {
      const from = place[index] ?? 0;
      for (const to of active) {
        if (to === from || place[index] !== from) continue;
        if (add(group, from, -1) + add(group, to, 1) < -1e-9) {
          place[index] = to;
          helped = true;
        } else {
          add(group, to, -1);
          add(group, from, 1);
        }
      }
    }
  }
  const swapTries = order.length > 1 ? Math.min(MOST_SWAP_TRIES, SWAP_TRIES_A_GROUP * order.length) : 0;
  for (let tries = 0; tries < swapTries; tries++) {
    const i = random.integer(order.length);
    const j = random.integer(order.length);
    const [one, other, a, b] = [order[i], order[j], place[i] ?? 0, place[j] ?? 0];
    if (a === b || one === undefined || other === undefined) continue;
    if (add(one, a, -1) + add(other, b, -1) + add(one, b, 1) + add(other, a, 1) < -1e-9) {
      place[i] = b;
      place[j] = a;
    } else {
      add(one, b, -1);
      add(other, a, -1);
      add(one, a, 1);
      add(other, b, 1);
    }
  }

  const parts = new Map<number, number>();
  for (const [index, group] of order.entries()) {
    for (const id of group.ids) parts.set(id, place[index] ?? 0);
  }
  return parts;
}

/**
 * Largest difference, in images, between a class count and its exact share. `counts`: one row a class, images in the
 * order of `splitNames`.
 */
export function splitDeviation(counts: readonly (readonly number[])[], shares: SplitShares): number {
  const fractions = splitFractions(shares);
  const differences = counts.flatMap((row) => {
    const total = row.reduce((sum, n) => sum + n, 0);
    return fractions.map((fraction, part) => Math.abs((row[part] ?? 0) - fraction * total));
  });
  const largest = differences.reduce((most, one) => Math.max(most, one), 0);
  // Without the noise of binary fractions: 20 - 0.2 × 100 is 0.
  return Math.round(largest * 1e6) / 1e6;
}
