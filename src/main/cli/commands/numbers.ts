import { InvalidArgumentError } from 'commander';

const parsed = (text: string, isGood: (value: number) => boolean, what: string): number => {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!isGood(value)) throw new InvalidArgumentError(`Expected ${what}.`);
  return value;
};

/** Parser of a share, from 0 to below `below`. */
export const share = (below: number) => (text: string) =>
  parsed(text, (value) => value >= 0 && value < below, `a number from 0 to below ${below}`);

export const wholeNumber =
  (low: number, high = Number.MAX_SAFE_INTEGER) =>
  (text: string) =>
    parsed(text, (value) => Number.isInteger(value) && value >= low && value <= high, `a whole number, ${low} or more`);

export const positiveNumber = (text: string): number =>
  parsed(text, (value) => Number.isFinite(value) && value > 0, 'a number above 0');

/** Collects the values of a repeatable option. */
export const collect = (value: string, previous: readonly string[] = []): readonly string[] => [...previous, value];
