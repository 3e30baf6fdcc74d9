import { connectedGroups } from '../duplicates/connected-groups';

/**
 * Groups of items that share a key, directly or through others. `keys[i]` are item i's keys (its patient, its
 * duplicates); the answer has its group's number, or null where it has no key.
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
