import { connectedGroups } from '../duplicates/connected-groups';

/**
 * Groups items that share a key, directly or through other items. `keys[i]` are the keys of item i (its patient, its
 * duplicates); returns the group number of each item, or null for an item without keys.
 */
export function joinGroups(keys: readonly (readonly string[])[]): (number | null)[] {
  const groups = connectedGroups(
    (function* () {
      for (const [first, ...more] of keys) {
        if (first === undefined) continue;
        yield [first, first] as const;
        for (const key of more) yield [first, key] as const;
      }
    })(),
  );
  return keys.map(([first]) => (first === undefined ? null : (groups.get(first) ?? null)));
}
