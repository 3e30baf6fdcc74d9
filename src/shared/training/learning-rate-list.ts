import type { OptimizerKind } from '../models/run-config';

/** The guide's learning rates to try, for AdamW on a pretrained model. SGD takes ten times as much. */
export const guideLearningRates: readonly number[] = [1e-5, 2e-5, 5e-5, 1e-4];

const listFor = (optimizer: OptimizerKind): readonly number[] =>
  optimizer === 'sgd' ? guideLearningRates.map((rate) => Number((rate * 10).toPrecision(1))) : guideLearningRates;

/** The next lower rate of the list; below the list, half the rate. */
export function lowerRate(rate: number, optimizer: OptimizerKind): number {
  return listFor(optimizer).findLast((one) => one < rate * 0.99) ?? Number((rate / 2).toPrecision(2));
}

/**
 * The next higher rate of the list; above the list ten times its highest, which suits weights from scratch; null beyond
 * that.
 */
export function higherRate(rate: number, optimizer: OptimizerKind): number | null {
  const list = listFor(optimizer);
  const next = list.find((one) => one > rate * 1.01);
  if (next !== undefined) return next;
  const tenfold = (list.at(-1) ?? 0) * 10;
  return rate < tenfold * 0.99 ? tenfold : null;
}
