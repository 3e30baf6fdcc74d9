import type { KeyRole } from '#shared/models/label-table';
import { formatQuantity } from '#shared/text/number';
import { type FileKeys, uidKey, visitKey } from '../../store/identities';
import { looseKey } from '../../store/identity';
import type { ProjectStore } from '../../store/open';
import { pathParts } from './path-index';
import type { LabelTable } from './read-label-table';
import type { TableEntry } from './table-entry';
import { keyNames } from './table-problems';

/** An image that a row may describe. Frames of one file have the same `file`. */
export interface TableTarget {
  readonly path: string;
  /** The folder that the path is relative to, if known. */
  readonly root?: string;
  readonly file: string | number;
  /** The file's own identifiers; null if it has none, or was imported before they were stored. */
  readonly keys?: FileKeys | null;
}

export interface TableMatch {
  /** One per target, in their order. */
  readonly entries: readonly (TableEntry | undefined)[];
  readonly rowsMatched: number;
  readonly filesMatched: number;
  readonly problems: readonly string[];
}

/** The entry of each target, and the entries with several possible targets. */
interface Assigned {
  readonly entries: readonly (TableEntry | undefined)[];
  readonly unclear: ReadonlySet<TableEntry>;
  readonly problems: readonly string[];
}

/** Rows named in one sentence. */
const MAX_NAMED_ROWS = 5;
/** Trailing path components shown of a path that did not match. */
const SHOWN_COMPONENTS = 5;

/** Finds the entry of each file. */
export function matchTable(table: LabelTable, targets: readonly TableTarget[], store: ProjectStore): TableMatch {
  const {
    entries,
    unclear,
    problems: own,
  } = table.by === 'path' ? byPath(table, targets) : byKey(table, table.by, targets, store);
  const matched = new Set(entries.flatMap((entry) => entry ?? []));
  const unused = table.entries.filter((entry) => !matched.has(entry) && !unclear.has(entry));
  const rowsOf = (some: Iterable<TableEntry>) => [...some].reduce((sum, entry) => sum + entry.rows, 0);
  const unclearRows = rowsOf(unclear);
  const unusedRows = rowsOf(unused);
  const problems = [...own];
  if (unclearRows > 0) {
    const more = table.by === 'path' ? 'Give longer paths.' : 'Give their paths.';
    const what =
      table.by === 'path' ? 'whose path matches more than one file' : 'that could belong to more than one patient';
    problems.push(`${formatQuantity(unclearRows, 'row')} ${what} skipped (${namedRows(table, [...unclear])}). ${more}`);
  }
  if (unusedRows > 0) {
    problems.push(
      `${formatQuantity(unusedRows, 'row')} of the label table without a matching file: ${namedRows(table, unused)}.`,
    );
    const withoutRow = targets.filter((_, index) => entries[index] === undefined);
    if (table.by === 'path') problems.push(...moreFolders(unused, withoutRow));
  }
  const named = targets.filter(({ keys }, index) => keys?.study != null && entries[index]?.study != null).length;
  if (named > 0) {
    problems.push(
      `${formatQuantity(named, 'image')} with a study UID in the file, which takes precedence over the study in the table.`,
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
 * Reports unmatched rows whose path ends with the whole path of a file without a row, preceded by folders that the file
 * is not in.
 */
function moreFolders(unused: readonly TableEntry[], withoutRow: readonly TableTarget[]): string[] {
  const files = new Set(withoutRow.map(({ path }) => pathParts(path).join('/')));
  const longer = unused.filter(({ path }) => {
    const parts = pathParts(path).slice(-SHOWN_COMPONENTS);
    return parts.some((_, from) => from > 0 && files.has(parts.slice(from).join('/')));
  });
  const [first] = longer;
  if (first === undefined) return [];
  const shown = first.path.split('/').slice(-SHOWN_COMPONENTS).join('/');
  return [
    `${formatQuantity(longer.length, 'row')} would match a file without the first folders of the path, as in “${shown}”. If they refer to these files, import the parent folder, or remove these folders from the table.`,
  ];
}

/** The first entries by path, or by line number if the key could identify a person. */
function namedRows(table: LabelTable, entries: readonly TableEntry[]): string {
  const shown = entries.slice(0, MAX_NAMED_ROWS);
  const more = entries.length > MAX_NAMED_ROWS ? ', …' : '';
  if (table.by !== 'path') return `line ${shown.map(({ line }) => line).join(', ')}${more}`;
  return `${shown.map(({ path }) => path.split('/').slice(-2).join('/')).join(', ')}${more}`;
}

/**
 * Matches by path. An entry that fits several files belongs to the one whose whole path it names; if there is not
 * exactly one, to none: a row for “1.png” matches neither “a/1.png” nor “b/1.png”.
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
            `The table names other folders than those of ${formatQuantity(foreign, 'file')}, which ${foreign === 1 ? 'was' : 'were'} matched by the rest of the path. Check that they are the same files.`,
          ],
  };
}

/** The targets with one key, and the patients they belong to. */
interface Keyed {
  readonly targets: number[];
  readonly patients: Set<string>;
}

/** Matches by key. An entry belongs to all files with its key, or to none if they are of several patients. */
function byKey(table: LabelTable, by: KeyRole, targets: readonly TableTarget[], store: ProjectStore): Assigned {
  const keyed = new Map<string, Keyed>();
  targets.forEach(({ keys }, index) => {
    const key = keys == null ? null : by === 'patient' && hasDates(table) ? keys.visit : keys[keyField[by]];
    if (keys == null || key === null) return;
    const of = keyed.get(key) ?? { targets: [], patients: new Set() };
    keyed.set(key, of);
    of.targets.push(index);
    // Different people with the same id have different birth dates, if the files state them.
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
            `${formatQuantity(silent, 'image')} without ${keyNames[by]}. PNG and JPEG files have none. DICOM images from an earlier version of Fovea get theirs when you import them again, which changes nothing else.`,
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
