import type { TableAnswers, TableQuestion } from '#shared/models/label-table';
import { formatQuantity } from '#shared/text/number';

/** The site of a file (or an image): by itself or the project, and by a table. Null where they do not say. */
export interface SiteClaim {
  readonly present: string | null;
  readonly told: string | null;
}

export interface ResolvedSites {
  /** In the order of the claims: whether the table's word counts for it. */
  readonly isTaken: readonly boolean[];
  readonly questions: readonly TableQuestion[];
}

/**
 * Where a table makes several sites of one, or one of several, a person says whose word counts (`sites`); until then
 * that of the files does. Another name for each is taken without a question. Equal texts are one site.
 */
export function resolveSites(claims: readonly SiteClaim[], answers: TableAnswers): ResolvedSites {
  const after = new Map<string, Set<string>>();
  const before = new Map<string, Set<string>>();
  for (const { present, told } of claims) {
    if (present === null) continue;
    const then = told ?? present;
    after.set(present, (after.get(present) ?? new Set()).add(then));
    before.set(then, (before.get(then) ?? new Set()).add(present));
  }
  const isDisputed = (present: string): boolean => {
    const names = after.get(present) ?? new Set();
    return names.size > 1 || [...names].some((name) => (before.get(name)?.size ?? 0) > 1);
  };
  const disputed = new Set([...after.keys()].filter(isDisputed));
  return {
    isTaken: claims.map(({ present }) => answers.sites === 'table' || present === null || !disputed.has(present)),
    questions: disputed.size === 0 ? [] : [sitesQuestion(after.size, before.size)],
  };
}

const sitesQuestion = (present: number, named: number): TableQuestion => ({
  name: 'sites',
  text: `The sites of the table are not those that the files name: ${formatQuantity(named, 'site')} in place of ${present}. Check that it is the right column.`,
  answers: [
    { value: 'files', text: 'Keep the sites of the files' },
    { value: 'table', text: 'Take the sites of the table' },
  ],
});
