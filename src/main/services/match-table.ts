import type { LabelTable, TableEntry } from './labels-table';
import { count } from './splits-warnings';

/** A file that a table may speak of. Frames of one file have the same `file`. */
export interface TableTarget {
  readonly path: string;
  readonly file: string | number;
  /** The class that its folder names. */
  readonly folderLabel?: string | null;
}

export interface TableMatch {
  /** In the order of the targets. */
  readonly entries: readonly (TableEntry | undefined)[];
  readonly rowsMatched: number;
  readonly filesMatched: number;
  readonly problems: readonly string[];
}

/**
 * Finds the entry of each file. One that fits several files is that of the file that it names by its whole path; where
 * this is not one file, it fits none: a row for “1.png” says nothing of “a/1.png” and “b/1.png”.
 */
export function matchTable(table: LabelTable, targets: readonly TableTarget[]): TableMatch {
  const found = targets.map(({ path }) => table.find(path));
  const files = new Map<TableEntry, { readonly whole: Set<string | number>; readonly all: Set<string | number> }>();
  targets.forEach(({ file }, index) => {
    const one = found[index];
    if (one === undefined) return;
    const of = files.get(one.entry) ?? { whole: new Set(), all: new Set() };
    files.set(one.entry, of);
    of.all.add(file);
    if (one.whole) of.whole.add(file);
  });
  const owner = new Map<TableEntry, string | number>();
  const unclear: TableEntry[] = [];
  for (const [entry, { whole, all }] of files) {
    const candidates = whole.size > 0 ? whole : all;
    const [file] = candidates;
    if (candidates.size === 1 && file !== undefined) owner.set(entry, file);
    else unclear.push(entry);
  }
  const entries = targets.map(({ file }, index) => {
    const entry = found[index]?.entry;
    return entry !== undefined && owner.get(entry) === file ? entry : undefined;
  });
  const rowsOf = (of: Iterable<TableEntry>) => [...of].reduce((sum, entry) => sum + entry.rows, 0);
  const rowsMatched = rowsOf(owner.keys());
  const unclearRows = rowsOf(unclear);
  const unused = table.rows - rowsMatched - unclearRows;
  const problems: string[] = [];
  if (unclearRows > 0) {
    problems.push(`${count(unclearRows, 'row')} whose path fits more than one file: left out. Give longer paths.`);
  }
  if (unused > 0) problems.push(`${count(unused, 'row')} of the label table fit none of the files.`);
  return { entries, rowsMatched, filesMatched: new Set(owner.values()).size, problems };
}
