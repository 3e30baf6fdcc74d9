import { z } from 'zod';

/** How to treat names that look like one class: `ask` stops with a question, `merge` makes them one. */
export const nameChoiceSchema = z.enum(['ask', 'merge', 'keep']);
export type NameChoice = z.infer<typeof nameChoiceSchema>;

/** Spellings that look like one class. */
export const similarNamesSchema = z.object({
  /** The spelling that all take when merged. */
  name: z.string(),
  spellings: z.array(
    z.object({
      name: z.string(),
      /** Files, rows or readings with this spelling; 0 if only the project has it. */
      times: z.number().int(),
      /** The project already has this class. */
      present: z.boolean(),
    }),
  ),
});
export type SimilarNames = z.infer<typeof similarNamesSchema>;

/**
 * Equal for names that hardly mean two classes: they differ only in case, in blanks, hyphens and underscores, in
 * invisible characters, in how letters are composed (Unicode NFKC), or in how a number is written.
 */
export function nameKey(name: string): string {
  const plain = name.normalize('NFKC').replace(INVISIBLE, '').trim();
  if (/^[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?$/i.test(plain)) return `number ${Number(plain.replace(',', '.'))}`;
  // Upper case first, which unifies ß and SS, final and other sigma, ı and I; the Turkish İ becomes i and a dot.
  const key = plain
    .toUpperCase()
    .toLowerCase()
    .replace(/i\u0307/g, 'i')
    .replace(/[\s_\p{Pd}]/gu, '');
  return `text ${key === '' ? plain : key}`;
}

/** Format characters, soft hyphens, joiners, variation selectors and fillers that show nothing. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/**
 * Groups of names that look like one class. `found`: how often each name occurs in the import; `present`: the project's
 * classes. Names that are all in the project already raise no question: it was answered before.
 */
export function findSimilarNames(found: ReadonlyMap<string, number>, present: readonly string[]): SimilarNames[] {
  const known = new Set(present);
  const groups = new Map<string, Map<string, number>>();
  for (const [name, times] of [...present.map((name) => [name, 0] as const), ...found]) {
    const key = nameKey(name);
    const group = groups.get(key) ?? new Map<string, number>();
    groups.set(key, group);
    group.set(name, (group.get(name) ?? 0) + times);
  }
  return [...groups.values()].flatMap((group): SimilarNames[] => {
    if (group.size < 2 || [...group.keys()].every((name) => known.has(name))) return [];
    const spellings = [...group].map(([name, times]) => ({ name, times, present: known.has(name) }));
    // The project's own spelling first, then the most frequent, then the shortest ("1" before "+1" and "01").
    spellings.sort(
      (a, b) =>
        Number(b.present) - Number(a.present) ||
        b.times - a.times ||
        a.name.length - b.name.length ||
        (a.name < b.name ? -1 : 1),
    );
    return [{ name: spellings[0]?.name ?? '', spellings }];
  });
}

/** The spelling that each name takes when groups are merged; names outside any group are absent. */
export function mergedNames(groups: readonly SimilarNames[]): ReadonlyMap<string, string> {
  return new Map(groups.flatMap(({ name, spellings }) => spellings.map((one) => [one.name, name] as const)));
}

/** “Benign” (3), “benign” (12, in the project); invisible characters are shown, as names may differ only by them. */
export function spellingsText({ spellings }: SimilarNames): string {
  return spellings
    .map(({ name, times, present }) => {
      const facts = [...(times > 0 ? [times] : []), ...(present ? ['in the project'] : [])];
      return `“${visible(name)}” (${facts.join(', ')})`;
    })
    .join(', ');
}

/** The name with its invisible characters as code points: "benign\u200b" → "benign[U+200B]". */
export function visible(name: string): string {
  return name.replace(
    INVISIBLE,
    (character) => `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
  );
}
