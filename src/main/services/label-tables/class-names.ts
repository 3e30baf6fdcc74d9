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

/** What names of classes become; one that is not in it stays as it is. */
export type Spelling = ReadonlyMap<string, string>;

/**
 * How often each class name would be taken in: from a file's row of the table where it names a class, else from its
 * folder. One `entry` and one `folder` a file.
 */
export function namesTakenIn(
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

/** Names that look like one class, among those and the classes of the project. */
export const similarNames = (store: ProjectStore, names: ReadonlyMap<string, number>): SimilarNames[] =>
  findSimilarNames(
    names,
    classesByName(store).map(({ name }) => name),
  );

const LISTED_GROUPS = 5;

/** What becomes of names that look like one class. Throws `class_names_similar` where nobody has chosen. */
export function settleNames(
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
      `Some class names may mean one class: ${groups.slice(0, LISTED_GROUPS).map(spellingsText).join('; ')}${more}.`,
      {
        hint: `Nothing was changed. Say whether they are one class (on the command line: --class-names merge takes the first of each, --class-names keep makes them different classes).`,
      },
    );
  }
  return {
    spelling: mergedNames(groups),
    notes: groups.slice(0, LISTED_GROUPS).map((group) => `Made one class, “${group.name}”: ${spellingsText(group)}.`),
  };
}
