import { z } from 'zod';

/** Images that show the same: `exact` where their pixels are equal, `near` where they look alike. */
export const duplicateGroupSchema = z.object({
  /** Stays the same while its images do: the smallest image number in it, or both numbers of a suspected pair. */
  id: z.string(),
  kind: z.enum(['exact', 'near']),
  /** Image numbers, ascending; at least two. */
  images: z.array(z.number().int()),
  /**
   * Lowest similarity of the pairs that hold it together, 1 = same: correlation of 64 x 64 thumbnails (estimated), or of
   * the detail of two pictures laid over each other.
   */
  similarity: z.number(),
  /** Some of its pairs were found by a backbone's features: mirrored, turned, cropped or marked copies. */
  byFeatures: z.boolean(),
  /**
   * Two images that features led to and whose pixels agree, which nobody has confirmed yet: a question, neither kept
   * together nor counted as a conflict or a leak.
   */
  suspected: z.boolean(),
  /** Of a suspected pair: how the second lies on the first (“mirrored, turned by 90°”); '' for as it is. */
  alignment: z.string().nullable(),
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

/** `keep`: seen, all images stay, and stay together (which confirms a suspected pair); `different`: these are no duplicates. Null takes it back. */
export const duplicateVerdictSchema = z.enum(['keep', 'different']).nullable();

export const duplicateCountsSchema = z.object({
  groups: z.number().int(),
  images: z.number().int(),
  conflicts: z.number().int(),
  leaks: z.number().int(),
  kept: z.number().int(),
  /** Pairs that wait for a person's word; in none of the other numbers. */
  suspected: z.number().int(),
});
export type DuplicateCounts = z.infer<typeof duplicateCountsSchema>;
