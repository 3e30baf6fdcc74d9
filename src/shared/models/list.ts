import { z } from 'zod';

/** Problems reported per request: the first ones show what is wrong, a million would exhaust memory. */
export const MAX_PROBLEMS = 10;
/** Images per request: enough for all of the largest projects. */
export const MAX_IMAGES = 1_000_000;

/**
 * A list in a request. Checks the length before the entries and collects at most `MAX_PROBLEMS` of their problems,
 * whereas zod's own array collects all.
 */
export function list<Item extends z.ZodType>(item: Item, { min = 0, max }: { min?: number; max: number }) {
  return z
    .custom<z.input<Item>[]>(
      (value) => Array.isArray(value) && value.length >= min && value.length <= max,
      `Expected a list of ${min} to ${max} entries`,
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
          if (context.issues.length >= MAX_PROBLEMS) break;
        }
      }
      return parsed;
    });
}

/** Images of a request, by id. */
export const imageIds = (min = 0) =>
  z.custom<number[]>(
    (value) =>
      Array.isArray(value) && value.length >= min && value.length <= MAX_IMAGES && value.every(Number.isSafeInteger),
    `Expected a list of ${min} to ${MAX_IMAGES} images`,
  );
