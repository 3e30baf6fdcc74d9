import { z } from 'zod';

/** Places in the window that a message, a step of the checklist or a button can open. */
export const destinations = [
  'images',
  'add-images',
  'unlabelled',
  'duplicates',
  'review',
  'split',
  'weights',
  'new-run',
  'run',
  'evaluate',
  'test-set',
  'predict',
] as const;
export const destinationSchema = z.enum(destinations);
export type Destination = z.infer<typeof destinationSchema>;

/** What a button that opens a place says. */
export const destinationTitles: Readonly<Record<Destination, string>> = {
  images: 'See images',
  'add-images': 'Add images',
  unlabelled: 'Label images',
  duplicates: 'See duplicates',
  review: 'Review labels',
  split: 'Edit split',
  weights: 'Get weights',
  'new-run': 'Train',
  run: 'See the run',
  evaluate: 'Evaluate',
  'test-set': 'Open the test set',
  predict: 'Predict',
};
