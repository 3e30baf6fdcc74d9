import { z } from 'zod';

/** Images that show the same: `exact` if their pixels are equal, `near` if they look alike. */
export const duplicateGroupSchema = z.object({
  /** Stable as long as the images are: the smallest image number in it, or both numbers of a suspected pair. */
  id: z.string(),
  kind: z.enum(['exact', 'near']),
  /** Image numbers, ascending; at least two. */
  images: z.array(z.number().int()),
  /**
   * Lowest similarity of the pairs that connect it, 1 = same: correlation of 64 x 64 thumbnails (estimated), or of the
   * detail of two aligned pictures.
   */
  similarity: z.number(),
  /** Some of its pairs were found by a backbone's features: mirrored, rotated, cropped or marked copies. */
  byFeatures: z.boolean(),
  /**
   * Two images found by features, with agreeing pixels, that nobody has confirmed yet: neither kept together nor
   * counted as a conflict or a leak.
   */
  suspected: z.boolean(),
  /**
   * For a suspected pair: orientation of the second image relative to the first (“mirrored, rotated by 90°”); '' for
   * the same.
   */
  alignment: z.string().nullable(),
  /** Its labelled images have different labels. */
  conflict: z.boolean(),
  /** It is in more than one split. */
  leak: z.boolean(),
  /**
   * Near duplicates that make up most of a class: such images look alike by nature. They are listed, but neither kept
   * together nor counted as conflicts or leaks.
   */
  common: z.boolean(),
  /** A person has checked it and decided to keep its images. */
  kept: z.boolean(),
});
export type DuplicateGroup = z.infer<typeof duplicateGroupSchema>;

/**
 * `keep`: checked, all images stay, and stay together (which confirms a suspected pair); `different`: not duplicates.
 * Null withdraws the verdict.
 */
export const duplicateVerdictSchema = z.enum(['keep', 'different']).nullable();

export const duplicateCountsSchema = z.object({
  groups: z.number().int(),
  images: z.number().int(),
  conflicts: z.number().int(),
  leaks: z.number().int(),
  kept: z.number().int(),
  /** Pairs that need a person's decision; not included in the other numbers. */
  suspected: z.number().int(),
});
export type DuplicateCounts = z.infer<typeof duplicateCountsSchema>;
