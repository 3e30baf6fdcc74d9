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
import { findColumns, firstLines, headedAs, markedClass } from './label-table-columns';
import { tableInvalid } from './label-table-errors';
import type { TableText } from './label-table-text';
import { indexPaths, type PathMatch, pathParts } from './path-index';
import { type ColumnPlaces, cellReader, type TableCells } from './table-cells';
import { dayReader } from './table-days';
import { addFacts, addLabel, emptyDraft, type TableDraft, toEntry } from './table-draft';
import type { TableEntry } from './table-entry';
import { noFindings, type TableFindings } from './table-findings';
import { labelProblems, rowProblems } from './table-problems';

export interface LabelTable {
  /** What its rows are held against the files by. */
  readonly by: KeyRole;
  /** Rows whose key is empty under a row that has one: a merged cell may go on there. */
  readonly keysAbove: number;
  readonly entries: readonly TableEntry[];
  /** Without those that have no path. */
  readonly rows: number;
  /** What of it is left out or doubtful, one sentence each, without values of a patient. */
  readonly problems: readonly string[];
  /** Which columns were read. */
  readonly columns: UsedColumns;
  /** The entry of a file in a table by path: see `PathIndex.find`. */
  find(relativePath: string, root?: string): PathMatch<TableEntry> | undefined;
  /** The same table with other names for its classes. */
  renamed(spelling: Spelling): LabelTable;
}

const CHOOSE_COLUMNS =
  'Choose its columns (on the command line: --columns path=File,label=Diagnosis), or name them: path (or an accession number, a UID or the patient), label, and if you have them reader, patient, study, site, split, sex, age.';
/** The column that rows are held against files by; null where there is none. */
const keyOf = (columns: ColumnPlaces): KeyRole | null => keyRoles.find((role) => columns[role] >= 0) ?? null;

/**
 * Reads a table by its columns. Throws `labels_invalid`: no column that says which images a row is for, or nothing
 * beside it; more readers, or classes of readers, than can be compared.
 */
export function readLabelTable(
  given: TableText,
  mapping: ColumnMapping = {},
  answers: TableAnswers = {},
  spelling: Spelling = new Map(),
): LabelTable {
  const text = headedAs(given, mapping);
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

/** What the columns of a table are. */
interface Layout {
  readonly by: KeyRole;
  readonly columns: ColumnPlaces;
  /** Columns that are a class each. */
  readonly classes: readonly number[];
  readonly notes: readonly string[];
}

/** Throws `labels_invalid`. */
function layoutOf(text: TableText, mapping: ColumnMapping): Layout {
  const { of: columns, classes, notes, unclear } = findColumns(text, mapping);
  const seen = { hint: `${firstLines(text)} ${CHOOSE_COLUMNS}` };
  if (unclear !== null) throw unclear;
  const by = keyOf(columns);
  const used = columnRoles.filter((role) => columns[role] >= 0 && role !== by && role !== 'date');
  const isEmpty = classes.length === 0 && used.length === 0;
  if (by === null || (isEmpty && by !== 'path')) {
    throw tableInvalid(
      ['The label table has no column “path”, and none that names its images in another way.', ...notes].join(' '),
      seen,
    );
  }
  if (isEmpty) {
    throw tableInvalid(['The label table has no column beside the path that is used.', ...notes].join(' '), seen);
  }
  return { by, columns, classes, notes };
}

/** The rows of each image, or of each identifier, together; in the order of the table. */
function readRows(
  text: TableText,
  { by, columns, classes }: Layout,
  answers: TableAnswers,
  spelling: Spelling,
): { readonly drafts: readonly TableDraft[]; readonly found: TableFindings } {
  const drafts = new Map<string, TableDraft>();
  const found = noFindings();
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
    const written = classes.length === 0 ? labelCell(cells, found) : marked(text, classes, line, found);
    const label = written === null ? null : (spelling.get(written) ?? written);
    addLabel(draft, label, cells.cell('reader'), found);
  }
  return { drafts: [...drafts.values()], found };
}

/** Which images a row is for; null, and counted, where it does not say. */
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

/** The class that a row marks among columns that are a class each. */
function marked(
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

/** The label column of a row. */
function labelCell({ cell }: TableCells, found: TableFindings): string | null {
  const label = cell('label');
  if (label === null || !isNoLabel(label)) return label;
  found.noLabel += 1;
  return null;
}

/** Rows with equal texts are taken together. */
function keyText(by: KeyRole, name: string, date: string | null): string {
  if (by === 'path') return pathParts(name).join('/');
  return `${by === 'accession' || by === 'patient' ? looseIdentifier(name) : name} ${date ?? ''}`;
}
