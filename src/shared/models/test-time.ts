import { z } from 'zod';

/**
 * Test-time augmentation: number of augmented views in addition to the evaluation view of an image, whose prediction is
 * then the mean of the probabilities of all of them; 0 = off.
 */
export const testTimeViewsSchema = z.number().int().min(0).max(64);

/** The views averaged into a prediction, in words. */
export const viewsText = (testTimeViews: number): string =>
  testTimeViews === 0 ? 'one view per image' : `mean of 1 + ${testTimeViews} views per image`;

export const differInViews = (evaluations: readonly { readonly testTimeViews: number }[]): boolean =>
  new Set(evaluations.map(({ testTimeViews }) => testTimeViews)).size > 1;

export const MIXED_VIEWS =
  'Not all were evaluated with the same number of test-time views: evaluate them alike before you compare or pool them.';
