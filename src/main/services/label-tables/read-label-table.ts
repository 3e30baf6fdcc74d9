import { isRounded, looseIdentifier } from '#shared/identity/identifier';
import {
  type ColumnMapping,
  columnRoles,
  type KeyRole,
  keyRoles,
  type TableAnswers,
  type UsedColumns,
} from '#shared/models/label-table';
import type { Spelling } from './class-names';
import { cellText, isNoLabel, pathText } from './label-table-cell';
import { findColumns, firstLines, markedClass, withMappedHeader } from './label-table-columns';
import { tableInvalid } from './label-table-errors';
import type { TableText } from './label-table-text';
import { indexPaths, type PathMatch, pathParts } from './path-index';
import { type ColumnPlaces, cellReader, type TableCells } from './table-cells';
import { dayReader } from './table-days';
import { addFacts, addLabel, emptyDraft, type TableDraft, toEntry } from './table-draft';
import type { TableEntry } from './table-entry';
import { noFindings, type TableFindings } from './table-findings';
import { labelProblems, rowProblems } from './table-problems';
import { TableReaders } from './table-readers';

export interface LabelTable {
  /** The column that rows are matched to files by. */
  readonly by: KeyRole;
  /** Number of rows with an empty key below a row with one, possibly within a merged cell. */
  readonly keysAbove: number;
  readonly entries: readonly TableEntry[];
  /** Number of rows with a key. */
  readonly rows: number;
  /** Skipped or doubtful content, one sentence each, without patient data. */
  readonly problems: readonly string[];
  readonly columns: UsedColumns;
  /** The entry of a file in a table matched by path: see `PathIndex.find`. */
  find(relativePath: string, root?: string): PathMatch<TableEntry> | undefined;
  /** The same table with classes renamed. */
  renamed(spelling: Spelling): LabelTable;
}

const CHOOSE_COLUMNS =
  'Choose its columns (on the command line: --columns path=File,label=Diagnosis), or name them path (or accession number, UID or patient), label, and optionally reader, patient, study, site, split, sex and age.';
/** The column that rows are matched to files by; null if there is none. */
const keyOf = (columns: ColumnPlaces): KeyRole | null => keyRoles.find((role) => columns[role] >= 0) ?? null;

/**
 * Reads a table by its columns. Throws `labels_invalid` if no column identifies the images, if there is no other usable
 * column, or if there are more readers, or classes named by readers, than can be compared.
 */
export function readLabelTable(
  given: TableText,
  mapping: ColumnMapping = {},
  answers: TableAnswers = {},
  spelling: Spelling = new Map(),
): LabelTable {
  const text = withMappedHeader(given, mapping);
  const layout = layoutOf(text, mapping);
  const { by, columns, classes, notes } = layout;
  const { drafts, found } = readRows(text, layout, answers, spelling);
  const entries = drafts.map(toEntry);
  const problems = [...text.warnings, ...notes, ...labelProblems(drafts), ...rowProblems(by, found, drafts)];
  const paths = by === 'path' ? indexPaths(entries) : null;
  const read = columnRoles.flatMap((role) => (columns[role] < 0 ? [] : [[role, text.headers[columns[role]]]]));
  return {
    by,
    keysAbove: found.keysAbove,
    entries,
    rows: found.rows,
    problems,
    columns: { headers: Object.fromEntries(read), classes: classes.map((column) => text.headers[column] ?? '') },
    find: (path, root) => paths?.find(path, root),
    renamed: (other) => readLabelTable(given, mapping, answers, other),
  };
}

interface Layout {
  readonly by: KeyRole;
  readonly columns: ColumnPlaces;
  /** Columns of one class each. */
  readonly classes: readonly number[];
  readonly notes: readonly string[];
}

/** Throws `labels_invalid`. */
function layoutOf(text: TableText, mapping: ColumnMapping): Layout {
  const { byRole: columns, classes, notes, unclear } = findColumns(text, mapping);
  const seen = { hint: `${firstLines(text)} ${CHOOSE_COLUMNS}` };
  if (unclear !== null) throw unclear;
  const by = keyOf(columns);
  const used = columnRoles.filter((role) => columns[role] >= 0 && role !== by && role !== 'date');
  const isEmpty = classes.length === 0 && used.length === 0;
  if (by === null || (isEmpty && by !== 'path')) {
    throw tableInvalid(
      ['The label table has no column “path” and no other column that identifies its images.', ...notes].join(' '),
      seen,
    );
  }
  if (isEmpty) {
    throw tableInvalid(['The label table has no usable column besides the path.', ...notes].join(' '), seen);
  }
  return { by, columns, classes, notes };
}

/** Collects rows by image or identifier, in the order of the table. */
function readRows(
  text: TableText,
  { by, columns, classes }: Layout,
  answers: TableAnswers,
  spelling: Spelling,
): { readonly drafts: readonly TableDraft[]; readonly found: TableFindings } {
  const drafts = new Map<string, TableDraft>();
  const found = noFindings();
  const readers = new TableReaders();
  const cellsOf = cellReader(columns, answers);
  const dates = columns.date < 0 || by !== 'patient' ? [] : text.rows.map((row) => cellText(row[columns.date]));
  const readDay = dayReader(dates);
  const linesAbove = text.lines.length - text.rows.length;
  for (const [index, line] of text.rows.entries()) {
    const cells = cellsOf(line);
    if (cells.empty.has(by)) found.keysAbove += 1;
    const date = readDay(cells.cell('date'));
    const place = placeOf(cells, by, date, columns.date >= 0, found);
    if (place === null) continue;
    found.rows += 1;
    const { key, path, name } = place;
    const draft =
      drafts.get(key) ?? emptyDraft({ path, key: path === '' ? name : '', date, line: linesAbove + index + 1 });
    drafts.set(key, draft);
    addFacts(draft, cells, by, found);
    const written = classes.length === 0 ? labelCell(cells, found) : markedLabel(text, classes, line, found);
    const label = written === null ? null : (spelling.get(written) ?? written);
    const named = cells.cell('reader');
    const reader = readers.nameOf(named);
    if (named !== null && reader === null) found.noReader += 1;
    addLabel(draft, label, reader, found);
  }
  found.readerSpellings = readers.inSeveralWays;
  return { drafts: [...drafts.values()], found };
}

/** Identifies a row's images; counts the row and returns null if it does not. */
function placeOf(
  { cell }: TableCells,
  by: KeyRole,
  date: string | null,
  hasDates: boolean,
  found: TableFindings,
): { readonly key: string; readonly path: string; readonly name: string } | null {
  const name = cell(by);
  const key = name === null ? '' : keyText(by, name, date);
  if (name === null || key === '') {
    found.withoutPath += 1;
    return null;
  }
  if (by === 'patient' && hasDates && date === null) {
    found.dates += 1;
    return null;
  }
  if (by !== 'path' && isRounded(name)) {
    found.roundedKeys += 1;
    return null;
  }
  return { key, path: by === 'path' ? pathText(name) : '', name };
}

/** The class that a row marks in its class columns. */
function markedLabel(
  text: TableText,
  classes: readonly number[],
  line: readonly string[],
  found: TableFindings,
): string | null {
  const { label, several, odd } = markedClass(text, classes, line);
  if (odd) found.oddMarks += 1;
  else if (several) found.severalMarks += 1;
  else if (label === null) found.unmarked += 1;
  return label;
}

/** The label of a row's label column. */
function labelCell({ cell }: TableCells, found: TableFindings): string | null {
  const label = cell('label');
  if (label === null || !isNoLabel(label)) return label;
  found.noLabel += 1;
  return null;
}

/** The text by which rows are collected. */
function keyText(by: KeyRole, name: string, date: string | null): string {
  if (by === 'path') return pathParts(name).join('/');
  return `${by === 'accession' || by === 'patient' ? looseIdentifier(name) : name} ${date ?? ''}`;
}
