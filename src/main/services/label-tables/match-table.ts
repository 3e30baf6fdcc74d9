import type { KeyRole } from '#shared/models/label-table';
import { formatQuantity } from '#shared/text/number';
import { type FileKeys, uidKey, visitKey } from '../../store/identities';
import { looseKey } from '../../store/identity';
import type { ProjectStore } from '../../store/open';
import { pathParts } from './path-index';
import type { LabelTable } from './read-label-table';
import type { TableEntry } from './table-entry';
import { keyNames } from './table-problems';

/** A file that a table may speak of. Frames of one file have the same `file`. */
export interface TableTarget {
  readonly path: string;
  /** The folder that the path is relative to, where it is known. */
  readonly root?: string;
  readonly file: string | number;
  /** What the file says of itself; null where it says nothing, or was imported before that was kept. */
  readonly keys?: FileKeys | null;
}

export interface TableMatch {
  /** In the order of the targets. */
  readonly entries: readonly (TableEntry | undefined)[];
  readonly rowsMatched: number;
  readonly filesMatched: number;
  readonly problems: readonly string[];
}

/** Which entry is each target's, and entries that could be of several. */
interface Assigned {
  readonly entries: readonly (TableEntry | undefined)[];
  readonly unclear: ReadonlySet<TableEntry>;
  readonly problems: readonly string[];
}

/** Rows that are named in a sentence. */
const NAMED = 5;
/** Of a path that is shown to tell which folders it names. */
const SHOWN_PARTS = 5;

/** Finds the entry of each file. */
export function matchTable(table: LabelTable, targets: readonly TableTarget[], store: ProjectStore): TableMatch {
  const {
    entries,
    unclear,
    problems: own,
  } = table.by === 'path' ? byPath(table, targets) : byKey(table, table.by, targets, store);
  const matched = new Set(entries.flatMap((entry) => entry ?? []));
  const unused = table.entries.filter((entry) => !matched.has(entry) && !unclear.has(entry));
  const rowsOf = (of: Iterable<TableEntry>) => [...of].reduce((sum, entry) => sum + entry.rows, 0);
  const unclearRows = rowsOf(unclear);
  const unusedRows = rowsOf(unused);
  const problems = [...own];
  if (unclearRows > 0) {
    const more = table.by === 'path' ? 'Give longer paths.' : 'Give their paths.';
    const what = table.by === 'path' ? 'whose path fits more than one file' : 'that could be of more than one patient';
    problems.push(
      `${formatQuantity(unclearRows, 'row')} ${what}: left out (${namedRows(table, [...unclear])}). ${more}`,
    );
  }
  if (unusedRows > 0) {
    problems.push(
      `${formatQuantity(unusedRows, 'row')} of the label table fit none of the files: ${namedRows(table, unused)}.`,
    );
    const withoutRow = targets.filter((_, index) => entries[index] === undefined);
    if (table.by === 'path') problems.push(...moreFolders(unused, withoutRow));
  }
  const named = targets.filter(({ keys }, index) => keys?.study != null && entries[index]?.study != null).length;
  if (named > 0) {
    problems.push(
      `${formatQuantity(named, 'image')} whose file names its study by UID: that stays, and the table’s study is left out.`,
    );
  }
  return {
    entries,
    rowsMatched: rowsOf(matched),
    filesMatched: new Set(targets.flatMap(({ file }, index) => (entries[index] === undefined ? [] : [file]))).size,
    problems,
  };
}

/**
 * Of rows that fit no file: those that end with all of the path of a file without a row, and go on with folders that it
 * is not in.
 */
function moreFolders(unused: readonly TableEntry[], withoutRow: readonly TableTarget[]): string[] {
  const files = new Set(withoutRow.map(({ path }) => pathParts(path).join('/')));
  const longer = unused.filter(({ path }) => {
    const parts = pathParts(path).slice(-SHOWN_PARTS);
    return parts.some((_, from) => from > 0 && files.has(parts.slice(from).join('/')));
  });
  const [first] = longer;
  if (first === undefined) return [];
  const shown = first.path.split('/').slice(-SHOWN_PARTS).join('/');
  return [
    `${formatQuantity(longer.length, 'row')} would fit a file without the first folders of the path, as in “${shown}”. If they are of these files, import the folder above, or take these folders out of the table.`,
  ];
}

/** The first of them, by path; by line where the key could name a person. */
function namedRows(table: LabelTable, entries: readonly TableEntry[]): string {
  const shown = entries.slice(0, NAMED);
  const more = entries.length > NAMED ? ', …' : '';
  if (table.by !== 'path') return `line ${shown.map(({ line }) => line).join(', ')}${more}`;
  return `${shown.map(({ path }) => path.split('/').slice(-2).join('/')).join(', ')}${more}`;
}

/**
 * One that fits several files is that of the file that it names by its whole path; where this is not one file, it fits
 * none: a row for “1.png” says nothing of “a/1.png” and “b/1.png”.
 */
function byPath(table: LabelTable, targets: readonly TableTarget[]): Assigned {
  const found = targets.map(({ path, root }) => table.find(path, root));
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
  const unclear = new Set<TableEntry>();
  for (const [entry, { whole, all }] of files) {
    const candidates = whole.size > 0 ? whole : all;
    const [file] = candidates;
    if (candidates.size === 1 && file !== undefined) owner.set(entry, file);
    else unclear.add(entry);
  }
  const entries = targets.map(({ file }, index) => {
    const entry = found[index]?.entry;
    return entry !== undefined && owner.get(entry) === file ? entry : undefined;
  });
  const foreign = found.filter((one, index) => one?.foreign === true && entries[index] !== undefined).length;
  return {
    entries,
    unclear,
    problems:
      foreign === 0
        ? []
        : [
            `The table names other folders than the one that ${formatQuantity(foreign, 'file')} ${foreign === 1 ? 'is' : 'are'} in: matched by the names below it. Check that they are the same files.`,
          ],
  };
}

/** Whose files have which key. */
interface Keyed {
  readonly targets: number[];
  readonly patients: Set<string>;
}

/** An entry is for all files that have its key; one that files of several patients have is for none. */
function byKey(table: LabelTable, by: KeyRole, targets: readonly TableTarget[], store: ProjectStore): Assigned {
  const keyed = new Map<string, Keyed>();
  targets.forEach(({ keys }, index) => {
    const key = keys == null ? null : by === 'patient' && hasDates(table) ? keys.visit : keys[keyField[by]];
    if (keys == null || key === null) return;
    const of = keyed.get(key) ?? { targets: [], patients: new Set() };
    keyed.set(key, of);
    of.targets.push(index);
    // Different people with one id have different birth dates, as far as files say them.
    of.patients.add(by === 'patient' ? (keys.birthDate ?? '') : (keys.patient ?? ''));
  });
  const entries: (TableEntry | undefined)[] = targets.map(() => undefined);
  const unclear = new Set<TableEntry>();
  for (const entry of table.entries) {
    const of = keyed.get(entryKey(store, by, entry));
    if (of === undefined) continue;
    if (of.patients.size > 1 && by !== 'study' && by !== 'series' && by !== 'instance') unclear.add(entry);
    else for (const index of of.targets) entries[index] = entry;
  }
  const silent = targets.filter(({ keys }) => keys == null).length;
  return {
    entries,
    unclear,
    problems:
      silent === 0
        ? []
        : [
            `${formatQuantity(silent, 'image')} of which ${keyNames[by]} is not known. PNG and JPEG files have none; DICOM images that an earlier Fovea imported get theirs when they are imported again, which changes nothing else.`,
          ],
  };
}

const keyField = {
  path: 'instance',
  instance: 'instance',
  series: 'series',
  study: 'study',
  accession: 'accession',
  patient: 'patient',
} as const satisfies Record<KeyRole, keyof FileKeys>;

const hasDates = (table: LabelTable): boolean => table.entries.some(({ date }) => date !== null);

function entryKey(store: ProjectStore, by: KeyRole, { key, date }: TableEntry): string {
  if (by === 'instance' || by === 'series' || by === 'study') return uidKey(store, key);
  const loose = looseKey(store, key);
  return by === 'patient' && date !== null ? visitKey(store, loose, date) : loose;
}
