import type { FoveaError } from '#shared/ipc/errors';
import { type ColumnMapping, type ColumnRole, columnRoles } from '#shared/models/label-table';
import { delimiterName } from '#shared/tables/delimiter-name';
import { cellText, isNoLabel, plainText, yesOrNo } from './label-table-cell';
import { tableInvalid } from './label-table-errors';
import { findNamedHeader, headTable, quotedList } from './label-table-header';
import { simpleName, USUAL_NAMES } from './label-table-names';
import type { TableText } from './label-table-text';

/** What the columns of a table mean. */
export interface TableColumns {
  /** Number of the column of each role, -1 for none. */
  readonly of: Readonly<Record<ColumnRole, number>>;
  /** Columns that stand for one class each, where the table has no label column; else empty. */
  readonly classes: readonly number[];
  /** What was chosen among several columns, one sentence each. */
  readonly notes: readonly string[];
  /** The question that a role leaves open, because several columns could be meant; null where there is none. */
  readonly unclear: FoveaError | null;
}

/** Under the header that has the names of a mapping, where the one that was found has not. */
export function headedAs(text: TableText, mapping: ColumnMapping): TableText {
  const wanted = [...columnRoles.flatMap((role) => mapping[role] ?? []), ...(mapping.classes ?? [])];
  const present = new Set([...text.headers, ...text.names].map((name) => name.toLowerCase()));
  if (wanted.every((name) => present.has(name.toLowerCase()))) return text;
  const line = findNamedHeader(text.lines, wanted);
  return line === null ? text : { ...text, ...headTable(text.lines, line) };
}

/**
 * The column of each role: as the mapping says, else by its usual names among the columns that are not given away.
 * Never by place: where two columns could be meant and differ, it has none and is `unclear`. Throws `labels_invalid`
 * where a column that the mapping names is not there.
 */
export function findColumns(text: TableText, mapping: ColumnMapping): TableColumns {
  const of = {} as Record<ColumnRole, number>;
  const notes: string[] = [];
  let unclear: FoveaError | null = null;
  for (const role of columnRoles) {
    const name = mapping[role];
    if (name !== undefined && name !== null) of[role] = namedColumn(text, name, role);
  }
  const classes = (mapping.classes ?? []).map((name) => namedColumn(text, name, 'classes'));
  const given = new Set([...Object.values(of), ...classes]);
  for (const role of columnRoles) {
    if (of[role] !== undefined) continue;
    const wanted = mapping[role] !== null && !(role === 'label' && classes.length > 0);
    const found = wanted ? usualColumn(text, role, given) : NONE;
    of[role] = found.column;
    if (found.note !== null) notes.push(found.note);
    unclear ??= found.unclear;
  }
  const guess = of.label < 0 && unclear === null && mapping.label === undefined && mapping.classes === undefined;
  return { of, ...(guess ? guessClasses(text, of, notes) : { classes, notes, unclear }) };
}

interface FoundColumn {
  readonly column: number;
  readonly note: string | null;
  readonly unclear: FoveaError | null;
}
const NONE: FoundColumn = { column: -1, note: null, unclear: null };

/** The column that a person named. Throws `labels_invalid` where there is none, or two that differ. */
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
  // A name without its unit in brackets is a guess, and counts only where no column has just the name.
  const bare = (column: number) => simpleName((names[column] ?? '').replace(/[([\])]/g, '.'));
  const short = (column: number) => simpleName(names[column] ?? '');
  for (const nameOf of [bare, short]) {
    const byName = USUAL_NAMES[role]
      .map((name) => free.filter((column) => nameOf(column) === name))
      .filter((columns) => columns.length > 0);
    const [best = [], ...others] = byName;
    const [column] = best;
    if (column === undefined) continue;
    // “Label” is what it says; “class” beside “diagnosis” may each be meant.
    const plainlyNamed = nameOf(column) === USUAL_NAMES[role][0];
    const rivals = role === 'label' && !plainlyNamed ? byName.flat() : best;
    if (!sameContent(text, rivals)) return { ...NONE, unclear: severalColumns(text, rivals, role) };
    const unused = others.flat().map((other) => headers[other] ?? '');
    return {
      ...NONE,
      column,
      note:
        unused.length === 0 || rivals.length > best.length
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

/** Columns of yes and no are classes where nearly every row has one yes. */
const LEAST_ROWS_WITH_ONE = 0.8;
const MOST_CLASS_COLUMNS = 100;

/** The class columns of a table without a label column: where it is not clear which they are, none, and why. */
function guessClasses(
  text: TableText,
  of: Readonly<Record<ColumnRole, number>>,
  notes: readonly string[],
): Pick<TableColumns, 'classes' | 'notes' | 'unclear'> {
  const used = new Set(Object.values(of));
  const { headers, rows } = text;
  const free = headers.flatMap((_, column) => (!used.has(column) && text.names[column] !== '' ? [column] : []));
  const marks = free.filter((column) => isMarkColumn(rows, column));
  const doubtful = free.flatMap((column) => {
    const odd = marks.includes(column) ? null : oddMarks(rows, column);
    return odd === null ? [] : [{ column, odd }];
  });
  const none = { classes: [], notes, unclear: null };
  const all = [...marks, ...doubtful.map(({ column }) => column)].sort((a, b) => a - b);
  if (all.length === 0 || all.length > MOST_CLASS_COLUMNS) return none;
  const named = (columns: readonly number[]) => quotedList(columns.map((column) => headers[column] ?? ''));
  const areClasses = (columns: readonly number[]) =>
    columns.length >= 2 && rows.filter((row) => hasOneMark(row, columns)).length >= LEAST_ROWS_WITH_ONE * rows.length;
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

/** Exactly one yes, or a cell that may be one. */
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
  const said = yesOrNo(text);
  return said === null ? 'odd' : said ? 'yes' : 'no';
}

/** Whether a column has nothing but yes, no and empty cells, and at least one of the words. */
function isMarkColumn(rows: readonly (readonly string[])[], column: number): boolean {
  let words = 0;
  for (const row of rows) {
    const mark = readMark(row[column]);
    if (mark === 'odd') return false;
    if (mark !== 'empty') words += 1;
  }
  return words > 0;
}

/** Ways to write that a class is uncertain; CheXpert has -1. */
const UNCERTAIN =
  /^(-1([.,]0*)?|\?|u|maybe|uncertain|unsure|unclear|possible|equivocal|indeterminate|unklar|fraglich)$/i;
/** A column with more different values beside yes and no is a number or a text. */
const MOST_ODD_VALUES = 3;

/**
 * The other values of a column that looks like yes and no in at least half of its rows; null for any other column.
 * With empty cells, “F”, “N” and “-” alone for no it is no such column: F and M, or a remark here and there.
 */
function oddMarks(rows: readonly (readonly string[])[], column: number): readonly string[] | null {
  const odd = new Set<string>();
  let plain = 0;
  let speaks = false;
  for (const row of rows) {
    const mark = readMark(row[column]);
    const cell = mark === 'odd' ? cellText(row[column]) : '';
    const isUncertain = UNCERTAIN.test(cell);
    if (mark === 'odd') odd.add(cell.slice(0, 20));
    if (odd.size > MOST_ODD_VALUES) return null;
    if (mark !== 'odd' || isUncertain) plain += 1;
    speaks ||= mark === 'yes' || isUncertain || (mark === 'no' && !/^[fn-]$/i.test(cellText(row[column])));
  }
  return odd.size > 0 && speaks && plain * 2 >= rows.length ? [...odd] : null;
}

/**
 * The class of a row where each class has a column: null where none is marked, where more than one is (`several`), and
 * where a cell says neither yes nor no (`odd`).
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

/** What was read of a table's first lines, for a refusal; cells of a patient or study column are not shown. */
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
