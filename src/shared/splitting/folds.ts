import { dealItems, type SplitItem } from './split';

/** Bounds on the number of folds of a cross-validation. */
export const MIN_FOLDS = 3;
export const MAX_FOLDS = 10;

/**
 * Deals items into `folds` folds of equal size, as `splitItems` does: every item in exactly one fold, no group in two,
 * class counts and sizes as close to total / folds as the groups allow. Deterministic for a seed and an order of the
 * items.
 *
 * @returns each item's fold, from 0
 * @throws RangeError if `folds` is not a whole number from 3 to 10
 */
export function foldItems(items: readonly SplitItem[], folds: number, seed: number): ReadonlyMap<number, number> {
  if (!Number.isInteger(folds) || folds < MIN_FOLDS || folds > MAX_FOLDS) {
    throw new RangeError(`folds must be a whole number from ${MIN_FOLDS} to ${MAX_FOLDS}`);
  }
  return dealItems(
    items,
    Array.from({ length: folds }, () => 1 / folds),
    seed,
    { evenSizes: true },
  );
}
