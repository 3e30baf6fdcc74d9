/** A sort key that puts "scan (2).png" before "scan (10).png": lower case, NFC, runs of digits padded to 12. */
export function naturalKey(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, '').padStart(12, '0'));
}

/** Sorts by natural keys; ties by number. */
export function inNaturalOrder<Item>(
  items: readonly Item[],
  textOf: (item: Item) => string,
  numberOf: (item: Item) => number,
): Item[] {
  return items
    .map((item) => ({ item, key: naturalKey(textOf(item)) }))
    .sort((a, b) => (a.key === b.key ? numberOf(a.item) - numberOf(b.item) : a.key < b.key ? -1 : 1))
    .map(({ item }) => item);
}
