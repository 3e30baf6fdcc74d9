import { dealItems, type SplitItem } from './split';

/** How many folds a cross-validation may have. */
export const FEWEST_FOLDS = 3;
export const MOST_FOLDS = 10;

/**
 * Deals items into `folds` parts of equal shares, as `splitItems` does: every item in exactly one fold, no group in two,
 * class counts and sizes as close to total / folds as the groups allow, the same for the same seed and items (in the same order).
 * The answer has each item's fold, from 0.
 *
 * @throws RangeError where `folds` is no whole number from 3 to 10
 */
export function foldItems(items: readonly SplitItem[], folds: number, seed: number): ReadonlyMap<number, number> {
  if (!Number.isInteger(folds) || folds < FEWEST_FOLDS || folds > MOST_FOLDS) {
    throw new RangeError(`folds must be a whole number from ${FEWEST_FOLDS} to ${MOST_FOLDS}`);
  }
  return dealItems(
    items,
    Array.from({ length: folds }, () => 1 / folds),
    seed,
    { evenSizes: true },
  );
}
