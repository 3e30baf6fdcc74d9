import { formatQuantity } from '#shared/text/number';

/** The site of a file (or an image): by itself or the project, and by a table. Null where they do not say. */
export interface SiteClaim {
  readonly present: string | null;
  readonly told: string | null;
}

/**
 * What is to be said where a table makes several sites of one, or one of several; another name for each is nothing to
 * note. Equal texts are one site.
 */
export function siteProblems(claims: readonly SiteClaim[]): string[] {
  const after = new Map<string, Set<string>>();
  const before = new Map<string, Set<string>>();
  for (const { present, told } of claims) {
    if (present === null) continue;
    const then = told ?? present;
    after.set(present, (after.get(present) ?? new Set()).add(then));
    before.set(then, (before.get(then) ?? new Set()).add(present));
  }
  const differ = [...after.values(), ...before.values()].some((others) => others.size > 1);
  if (!differ) return [];
  return [
    `The sites in the table differ from the known ones: ${formatQuantity(before.size, 'site')} instead of ${after.size}. Check that it is the right column.`,
  ];
}
