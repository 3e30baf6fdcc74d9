import type { FoveaError } from '#shared/ipc/errors';
import { type ColumnMapping, type ColumnRole, columnRoles } from '#shared/models/label-table';
import { delimiterName } from '#shared/tables/delimiter-name';
import { cellText, isNoLabel, plainText, yesOrNo } from './label-table-cell';
import { tableInvalid } from './label-table-errors';
import { findNamedHeader, headTable, quotedList } from './label-table-header';
import { simpleName, USUAL_NAMES } from './label-table-names';
import type { TableText } from './label-table-text';

/** The roles of a table's columns. */
export interface TableColumns {
  /** Index of each role's column; -1 for none. */
  readonly byRole: Readonly<Record<ColumnRole, number>>;
  /** Columns of one class each, in a table without a label column; else empty. */
  readonly classes: readonly number[];
  /** Choices made among several candidate columns, one sentence each. */
  readonly notes: readonly string[];
  /** The error for a role with several candidate columns; null if there is none. */
  readonly unclear: FoveaError | null;
}

/** Moves the header to the line that has all names of the mapping, if the detected header lacks one. */
export function withMappedHeader(text: TableText, mapping: ColumnMapping): TableText {
  const wanted = [...columnRoles.flatMap((role) => mapping[role] ?? []), ...(mapping.classes ?? [])];
  const present = new Set([...text.headers, ...text.names].map((name) => name.toLowerCase()));
  if (wanted.every((name) => present.has(name.toLowerCase()))) return text;
  const line = findNamedHeader(text.lines, wanted);
  return line === null ? text : { ...text, ...headTable(text.lines, line) };
}

/**
 * Finds the column of each role: the one that the mapping names, else one with a usual name among the unassigned
 * columns. Position never counts: if two candidates differ, the role has no column and `unclear` is set. Throws
 * `labels_invalid` if the mapping names a missing column.
 */
export function findColumns(text: TableText, mapping: ColumnMapping): TableColumns {
  const byRole = {} as Record<ColumnRole, number>;
  const notes: string[] = [];
  let unclear: FoveaError | null = null;
  for (const role of columnRoles) {
    const name = mapping[role];
    if (name !== undefined && name !== null) byRole[role] = namedColumn(text, name, role);
  }
  const classes = (mapping.classes ?? []).map((name) => namedColumn(text, name, 'classes'));
  const given = new Set([...Object.values(byRole), ...classes]);
  for (const role of columnRoles) {
    if (byRole[role] !== undefined) continue;
    const wanted = mapping[role] !== null && !(role === 'label' && classes.length > 0);
    const found = wanted ? usualColumn(text, role, given) : NONE;
    byRole[role] = found.column;
    if (found.note !== null) notes.push(found.note);
    unclear ??= found.unclear;
  }
  const guess = byRole.label < 0 && unclear === null && mapping.label === undefined && mapping.classes === undefined;
  return { byRole, ...(guess ? guessClasses(text, byRole, notes) : { classes, notes, unclear }) };
}

interface FoundColumn {
  readonly column: number;
  readonly note: string | null;
  readonly unclear: FoveaError | null;
}
const NONE: FoundColumn = { column: -1, note: null, unclear: null };

/** The column that a person named. Throws `labels_invalid` if there is none, or several that differ. */
function namedColumn(text: TableText, name: string, role: string): number {
  const { headers, names } = text;
  const exact = headers.indexOf(name);
  if (exact >= 0) return exact;
  const same = (one: string) => plainText(one).toLowerCase() === plainText(name).toLowerCase();
  const alike = headers.flatMap((header, column) => (same(header) || same(names[column] ?? '') ? [column] : []));
  const [first] = alike;
  if (first === undefined) {
    throw tableInvalid(`The label table has no column “${plainText(name).slice(0, 80)}” for ${role}.`, {
      hint: `Its columns are: ${quotedList(headers)}.`,
    });
  }
  if (!sameContent(text, alike)) throw severalColumns(text, alike, role);
  return first;
}

function usualColumn(text: TableText, role: ColumnRole, given: ReadonlySet<number>): FoundColumn {
  const { names, headers } = text;
  const free = names.flatMap((_, column) => (given.has(column) ? [] : [column]));
  // Dropping a bracketed unit from a name is a guess, tried only if no column has the bare name.
  const bare = (column: number) => simpleName((names[column] ?? '').replace(/[([\])]/g, '.'));
  const short = (column: number) => simpleName(names[column] ?? '');
  for (const nameOf of [bare, short]) {
    const byName = USUAL_NAMES[role]
      .map((name) => free.filter((column) => nameOf(column) === name))
      .filter((columns) => columns.length > 0);
    const [best = [], ...others] = byName;
    const [column] = best;
    if (column === undefined) continue;
    // “Label” is unambiguous; of “class” and “diagnosis”, either could be meant.
    const plainlyNamed = nameOf(column) === USUAL_NAMES[role][0];
    const candidates = role === 'label' && !plainlyNamed ? byName.flat() : best;
    if (!sameContent(text, candidates)) return { ...NONE, unclear: severalColumns(text, candidates, role) };
    const unused = others.flat().map((other) => headers[other] ?? '');
    return {
      ...NONE,
      column,
      note:
        unused.length === 0 || candidates.length > best.length
          ? null
          : `The ${role} is read from “${headers[column]}”, not from ${quotedList(unused)}.`,
    };
  }
  return NONE;
}

function sameContent({ rows }: TableText, columns: readonly number[]): boolean {
  const [first = 0, ...others] = columns;
  return others.every((other) => rows.every((row) => cellText(row[other]) === cellText(row[first])));
}

const severalColumns = ({ headers }: TableText, columns: readonly number[], role: string) =>
  tableInvalid(
    `The label table has ${columns.length} columns that could be the ${role}: ${quotedList(columns.map((column) => headers[column] ?? ''))}.`,
    {
      hint: `Choose one of them (on the command line: --columns "${role}=${headers[columns[0] ?? 0]}").`,
    },
  );

/** Yes/no columns count as classes if at least this share of rows has exactly one yes. */
const MIN_SHARE_WITH_ONE_YES = 0.8;
const MAX_CLASS_COLUMNS = 100;

/** Guesses the class columns of a table without a label column; none, with the reason, if they are unclear. */
function guessClasses(
  text: TableText,
  byRole: Readonly<Record<ColumnRole, number>>,
  notes: readonly string[],
): Pick<TableColumns, 'classes' | 'notes' | 'unclear'> {
  const used = new Set(Object.values(byRole));
  const { headers, rows } = text;
  const free = headers.flatMap((_, column) => (!used.has(column) && text.names[column] !== '' ? [column] : []));
  const marks = free.filter((column) => isMarkColumn(rows, column));
  const doubtful = free.flatMap((column) => {
    const odd = marks.includes(column) ? null : oddMarks(rows, column);
    return odd === null ? [] : [{ column, odd }];
  });
  const none = { classes: [], notes, unclear: null };
  const all = [...marks, ...doubtful.map(({ column }) => column)].sort((a, b) => a - b);
  if (all.length === 0 || all.length > MAX_CLASS_COLUMNS) return none;
  const named = (columns: readonly number[]) => quotedList(columns.map((column) => headers[column] ?? ''));
  const areClasses = (columns: readonly number[]) =>
    columns.length >= 2 &&
    rows.filter((row) => hasOneMark(row, columns)).length >= MIN_SHARE_WITH_ONE_YES * rows.length;
  if (doubtful.length > 0 && (areClasses(marks) || areClasses(all))) {
    return { ...none, unclear: doubtfulClasses(headers, all, doubtful) };
  }
  if (areClasses(marks)) {
    return { ...none, classes: marks, notes: [...notes, `Each of the columns ${named(marks)} is read as one class.`] };
  }
  const [only] = marks;
  if (only === undefined) return none;
  const note =
    marks.length === 1
      ? `The column ${named(marks)} contains yes and no and is not used. If it is the label, choose it (on the command line: --columns "label=${headers[only]}").`
      : `The columns ${named(marks)} contain yes and no, but not exactly one yes per row, so they are not used. If each is a class, choose them as class columns (on the command line: --columns "classes=A,B").`;
  return { ...none, notes: [...notes, note] };
}

/** Whether a row has exactly one yes, or a value that might mean yes. */
function hasOneMark(row: readonly string[], columns: readonly number[]): boolean {
  const marks = columns.map((column) => readMark(row[column]));
  return marks.includes('odd') || marks.filter((mark) => mark === 'yes').length === 1;
}

const doubtfulClasses = (
  headers: readonly string[],
  all: readonly number[],
  doubtful: readonly { readonly column: number; readonly odd: readonly string[] }[],
) => {
  const names = all.map((column) => headers[column] ?? '');
  const odd = doubtful.map(({ column, odd: values }) => `“${headers[column]}” also has ${quotedList(values)}`);
  return tableInvalid(
    `The columns ${quotedList(names)} could be one class each, but ${odd.join(', and ')}. Choose the class columns; rows with anything but yes or no in them get no label.`,
    { hint: `On the command line: --columns "classes=${names.join(',')}", or "classes=" for none.` },
  );
};

type Mark = 'yes' | 'no' | 'empty' | 'odd';

function readMark(cell: string | undefined): Mark {
  const text = cellText(cell);
  if (text === '' || isNoLabel(text)) return 'empty';
  const isYes = yesOrNo(text);
  return isYes === null ? 'odd' : isYes ? 'yes' : 'no';
}

/** Whether a column has only yes, no and empty cells, and at least one yes or no. */
function isMarkColumn(rows: readonly (readonly string[])[], column: number): boolean {
  let words = 0;
  for (const row of rows) {
    const mark = readMark(row[column]);
    if (mark === 'odd') return false;
    if (mark !== 'empty') words += 1;
  }
  return words > 0;
}

/** Notations for an uncertain class; CheXpert uses -1. */
const UNCERTAIN =
  /^(-1([.,]0*)?|\?|u|maybe|uncertain|unsure|unclear|possible|equivocal|indeterminate|unklar|fraglich)$/i;
/** A column with more distinct values besides yes and no holds numbers or text. */
const MAX_ODD_VALUES = 3;

/**
 * The other values of a column of which at least half the rows look like yes or no; null for any other column. Empty
 * cells, “F”, “N” and “-” are not enough evidence: such a column may hold F and M, or occasional remarks.
 */
function oddMarks(rows: readonly (readonly string[])[], column: number): readonly string[] | null {
  const odd = new Set<string>();
  let plain = 0;
  let hasEvidence = false;
  for (const row of rows) {
    const mark = readMark(row[column]);
    const cell = mark === 'odd' ? cellText(row[column]) : '';
    const isUncertain = UNCERTAIN.test(cell);
    if (mark === 'odd') odd.add(cell.slice(0, 20));
    if (odd.size > MAX_ODD_VALUES) return null;
    if (mark !== 'odd' || isUncertain) plain += 1;
    hasEvidence ||= mark === 'yes' || isUncertain || (mark === 'no' && !/^[fn-]$/i.test(cellText(row[column])));
  }
  return odd.size > 0 && hasEvidence && plain * 2 >= rows.length ? [...odd] : null;
}

/**
 * The class that a row marks in a table with one column per class: null if none is marked, if several are (`several`),
 * or if a cell is neither yes nor no (`odd`).
 */
export function markedClass(
  text: TableText,
  classes: readonly number[],
  row: readonly string[],
): { readonly label: string | null; readonly several: boolean; readonly odd: boolean } {
  const odd = classes.some((column) => readMark(row[column]) === 'odd');
  const marked = classes.filter((column) => readMark(row[column]) === 'yes');
  const [only] = marked;
  return {
    label: !odd && marked.length === 1 && only !== undefined ? (text.headers[only] ?? null) : null,
    several: marked.length > 1,
    odd,
  };
}

const SHOWN_LINES = 3;
const SHOWN_CELLS = 8;
const PRIVATE: readonly ColumnRole[] = ['patient', 'study', 'accession', 'series', 'instance', 'date'];

/** A table's first lines as read, for an error message; cells that identify a patient or study are hidden. */
export function firstLines(text: TableText): string {
  const hidden = new Set(
    text.names.flatMap((name, column) =>
      PRIVATE.some((role) => USUAL_NAMES[role].includes(simpleName(name))) ? [column] : [],
    ),
  );
  const shown = (cell: string, column: number) =>
    hidden.has(column) && cellText(cell) !== text.names[column] ? '…' : plainText(cell.slice(0, 200)).slice(0, 40);
  const lines = text.lines.slice(0, SHOWN_LINES).map((cells) => cells.slice(0, SHOWN_CELLS).map(shown).join(' | '));
  return `It was read as ${text.encoding} and cut at each ${delimiterName(text.delimiter)}. First lines: ${lines.map((line) => `“${line}”`).join(', ')}.`;
}
