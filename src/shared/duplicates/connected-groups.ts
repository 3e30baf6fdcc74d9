/**
 * Groups linked keys, directly or through others (union-find with path halving). Returns the group number of each key
 * that occurs in a link; groups are numbered from 0 in order of first occurrence.
 */
export function connectedGroups<Key>(links: Iterable<readonly [Key, Key]>): Map<Key, number> {
  const index = new Map<Key, number>();
  const parent: number[] = [];
  const at = (key: Key): number => {
    const present = index.get(key);
    if (present !== undefined) return present;
    index.set(key, parent.length);
    parent.push(parent.length);
    return parent.length - 1;
  };
  const root = (of: number): number => {
    let node = of;
    while (parent[node] !== node) {
      parent[node] = parent[parent[node] as number] as number;
      node = parent[node] as number;
    }
    return node;
  };
  for (const [a, b] of links) {
    const one = root(at(a));
    const other = root(at(b));
    parent[Math.max(one, other)] = Math.min(one, other);
  }
  const numbers = new Map<number, number>();
  const groups = new Map<Key, number>();
  for (const [key, node] of index) {
    const top = root(node);
    const number = numbers.get(top) ?? numbers.size;
    numbers.set(top, number);
    groups.set(key, number);
  }
  return groups;
}
