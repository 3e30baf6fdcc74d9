import { z } from 'zod';

/** Images that show the same: `exact` where their pixels are equal, `near` where they look alike. */
export const duplicateGroupSchema = z.object({
  /** The smallest image number in it. */
  id: z.number().int(),
  kind: z.enum(['exact', 'near']),
  /** Image numbers, ascending; at least two. */
  images: z.array(z.number().int()),
  /** Lowest similarity (correlation of 64 x 64 thumbnails, estimated, or cosine of features) of the pairs that hold it together; 1 = same. */
  similarity: z.number(),
  /** Some of its pairs only look alike to a backbone (cosine of features): mirrored, cropped or marked copies. */
  byFeatures: z.boolean(),
  /** Its labelled images have different labels. */
  conflict: z.boolean(),
  /** It stands in more than one part of the current split. */
  leak: z.boolean(),
  /**
   * Near duplicates that are most of a class: such pictures look alike by nature. They are listed, but neither kept
   * together nor counted as conflicts or leaks.
   */
  common: z.boolean(),
  /** A person has seen it and said that its images stay. */
  kept: z.boolean(),
});
export type DuplicateGroup = z.infer<typeof duplicateGroupSchema>;

/** `keep`: seen, all images stay, and stay together; `different`: these are no duplicates. Null takes it back. */
export const duplicateVerdictSchema = z.enum(['keep', 'different']).nullable();

export const duplicateCountsSchema = z.object({
  groups: z.number().int(),
  images: z.number().int(),
  conflicts: z.number().int(),
  leaks: z.number().int(),
  kept: z.number().int(),
});
export type DuplicateCounts = z.infer<typeof duplicateCountsSchema>;
