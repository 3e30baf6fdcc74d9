import type { SplitName } from '#shared/models/dataset';

/**
 * Okabe and Ito's colour-blind-safe palette ("Color Universal Design", 2008), without black, in an order that keeps
 * neighbours apart. Colour is never the only signal: the label's text is always beside it.
 */
export const classPalette = [
  '#56B4E9',
  '#E69F00',
  '#009E73',
  '#CC79A7',
  '#D55E00',
  '#0072B2',
  '#F0E442',
  '#999999',
] as const;

export const unlabelledColour = '#8a9097';

/** The colour of the class at `index` in the dataset's class list; repeats after eight. */
export function classColour(index: number): string {
  if (index < 0) return unlabelledColour;
  return classPalette[index % classPalette.length] ?? unlabelledColour;
}

export const splitTitles: Record<SplitName, string> = { train: 'Train', validation: 'Validation', test: 'Test' };

/** Short enough for a thumbnail's caption. */
export const splitMarks: Record<SplitName, string> = { train: 'train', validation: 'val', test: 'test' };
