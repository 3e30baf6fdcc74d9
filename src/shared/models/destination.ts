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
