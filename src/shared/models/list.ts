import { z } from 'zod';

/** Problems of one request that are told: the first say what is wrong, a million of them take all memory. */
export const MOST_PROBLEMS = 10;
/** Images that a request may name: all of the largest projects. */
export const MOST_IMAGES = 1_000_000;

/**
 * A list of a request. Its length is looked at before its entries are, and no more than `MOST_PROBLEMS` of their
 * problems are gathered: zod's own array gathers all.
 */
export function list<Item extends z.ZodType>(item: Item, { least = 0, most }: { least?: number; most: number }) {
  return z
    .custom<z.input<Item>[]>(
      (value) => Array.isArray(value) && value.length >= least && value.length <= most,
      `Expected a list of ${least} to ${most} entries`,
    )
    .transform((entries, context): z.output<Item>[] => {
      const parsed: z.output<Item>[] = [];
      for (const [index, entry] of entries.entries()) {
        const result = item.safeParse(entry);
        if (result.success) parsed.push(result.data);
        else {
          for (const issue of result.error.issues) {
            context.addIssue({ code: 'custom', message: issue.message, path: [index, ...issue.path] });
          }
          if (context.issues.length >= MOST_PROBLEMS) break;
        }
      }
      return parsed;
    });
}

/** Images of a request, by id. */
export const imageIds = (least = 0) =>
  z.custom<number[]>(
    (value) =>
      Array.isArray(value) && value.length >= least && value.length <= MOST_IMAGES && value.every(Number.isSafeInteger),
    `Expected a list of ${least} to ${MOST_IMAGES} images`,
  );
