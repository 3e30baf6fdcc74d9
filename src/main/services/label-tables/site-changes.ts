import type { TableAnswers, TableQuestion } from '#shared/models/label-table';
import { formatQuantity } from '#shared/text/number';

/** The site of a file or image according to the file or project, and to a table; null if they name none. */
export interface SiteClaim {
  readonly present: string | null;
  readonly claimed: string | null;
}

export interface ResolvedSites {
  /** Per claim, in their order: whether the table's site is used. */
  readonly isAccepted: readonly boolean[];
  readonly questions: readonly TableQuestion[];
}

/**
 * Reconciles the sites of a table with those of the files. If the table splits a site or merges several, a person
 * decides which source counts (`sites`); until renamed the files do. One-to-one renames are accepted without a question.
 * Equal texts are the same site.
 */
export function resolveSites(claims: readonly SiteClaim[], answers: TableAnswers): ResolvedSites {
  const after = new Map<string, Set<string>>();
  const before = new Map<string, Set<string>>();
  for (const { present, claimed } of claims) {
    if (present === null) continue;
    const renamed = claimed ?? present;
    after.set(present, (after.get(present) ?? new Set()).add(renamed));
    before.set(renamed, (before.get(renamed) ?? new Set()).add(present));
  }
  const isDisputed = (present: string): boolean => {
    const names = after.get(present) ?? new Set();
    return names.size > 1 || [...names].some((name) => (before.get(name)?.size ?? 0) > 1);
  };
  const disputed = new Set([...after.keys()].filter(isDisputed));
  return {
    isAccepted: claims.map(({ present }) => answers.sites === 'table' || present === null || !disputed.has(present)),
    questions: disputed.size === 0 ? [] : [sitesQuestion(after.size, before.size)],
  };
}

const sitesQuestion = (present: number, named: number): TableQuestion => ({
  name: 'sites',
  text: `The sites in the table differ from those in the files: ${formatQuantity(named, 'site')} in place of ${present}. Check that it is the right column.`,
  answers: [
    { value: 'files', text: 'Keep the sites from the files' },
    { value: 'table', text: 'Use the sites from the table' },
  ],
});
