import { readIdentifier } from '#shared/identity/identifier';

/** The readers of a table by name; names that differ only by case or blanks are one reader. */
export class TableReaders {
  /** Spellings by loose name; the first is the reader's name. */
  readonly #spellings = new Map<string, Set<string>>();

  /** The reader that a cell names; null if the cell is empty or a word for “missing”. */
  nameOf(cell: string | null): string | null {
    const plain = readIdentifier(cell);
    if (cell === null || plain === null) return null;
    const loose = plain.replaceAll(' ', '').toLowerCase();
    const spellings = this.#spellings.get(loose) ?? new Set();
    this.#spellings.set(loose, spellings.add(cell));
    const [first = cell] = spellings;
    return first;
  }

  /** Number of readers with several spellings. */
  get inSeveralWays(): number {
    return [...this.#spellings.values()].filter(({ size }) => size > 1).length;
  }
}
