import {
  findSimilarNames,
  mergedNames,
  type NameChoice,
  type SimilarNames,
  spellingsText,
} from '#shared/class-names/similar-names';
import { FoveaError } from '#shared/ipc/errors';
import { classesByName } from '../../store/labels';
import type { ProjectStore } from '../../store/open';

/** Class names as written → as stored; names that are not a key stay as written. */
export type Spelling = ReadonlyMap<string, string>;

/**
 * Counts the class names that an import would use: those of a file's table row if it has any, else its folder's. One
 * `entry` and one `folder` per file.
 */
export function countClassNames(
  entries: readonly ({ readonly named: readonly string[] } | undefined)[],
  folders: readonly (string | null)[],
): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  const add = (name: string) => times.set(name, (times.get(name) ?? 0) + 1);
  const length = Math.max(entries.length, folders.length);
  for (let index = 0; index < length; index++) {
    const named = entries[index]?.named ?? [];
    const folder = folders[index] ?? null;
    if (named.length > 0) named.forEach(add);
    else if (folder !== null) add(folder);
  }
  return times;
}

/** Groups of similar names among `names` and the project's classes. */
export const similarNames = (store: ProjectStore, names: ReadonlyMap<string, number>): SimilarNames[] =>
  findSimilarNames(
    names,
    classesByName(store).map(({ name }) => name),
  );

const LISTED_GROUPS = 5;

/**
 * Merges or keeps similar class names, as chosen. Throws `class_names_similar` if there are any and no choice was made.
 */
export function resolveClassNames(
  store: ProjectStore,
  names: ReadonlyMap<string, number>,
  choice: NameChoice = 'ask',
): { readonly spelling: Spelling; readonly notes: readonly string[] } {
  const groups = choice === 'keep' ? [] : similarNames(store, names);
  if (groups.length === 0) return { spelling: new Map(), notes: [] };
  if (choice === 'ask') {
    const more = groups.length > LISTED_GROUPS ? `; and ${groups.length - LISTED_GROUPS} more` : '';
    throw new FoveaError(
      'class_names_similar',
      `Some class names are similar: ${groups.slice(0, LISTED_GROUPS).map(spellingsText).join('; ')}${more}.`,
      {
        hint: `Nothing was changed. Decide whether they are the same class (on the command line: --class-names merge uses the first of each, --class-names keep keeps them separate).`,
      },
    );
  }
  return {
    spelling: mergedNames(groups),
    notes: groups
      .slice(0, LISTED_GROUPS)
      .map((group) => `Merged into one class, “${group.name}”: ${spellingsText(group)}.`),
  };
}
