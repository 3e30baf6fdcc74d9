import { formatQuantity } from '#shared/text/number';
import { cellText, plainText } from './label-table-cell';
import { mostFrequent } from './label-table-dialect';
import { tableInvalid } from './label-table-errors';
import { knownRoles } from './label-table-names';

/** A table's header and the rows below it. */
export interface Headed {
  /** Column names as written; may be empty or repeated. */
  readonly names: readonly string[];
  /** Column names made unique and non-empty: see `uniqueNames`. */
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly warnings: readonly string[];
}

const SEARCHED_LINES = 50;
const MAX_HEADER_LENGTH = 120;

/**
 * Finds the header: the line with the most usual column names (at least two); else the first line as wide as most
 * others, so that a title above the table is not mistaken for it.
 */
export function findHeader(lines: readonly (readonly string[])[]): number {
  const head = lines.slice(0, SEARCHED_LINES);
  const roles = head.map((cells) => knownRoles(cells).size);
  const most = Math.max(0, ...roles);
  if (most >= 2) return roles.indexOf(most);
  const reaches = head.map(reach);
  const width = mostFrequent(reaches);
  return Math.max(
    0,
    reaches.findIndex((one) => one >= width),
  );
}

/** The first line that has all wanted names, ignoring case; null if none of the first lines does. */
export function findNamedHeader(lines: readonly (readonly string[])[], wanted: readonly string[]): number | null {
  const at = lines.slice(0, SEARCHED_LINES).findIndex((cells) => {
    const present = new Set(cells.map((cell) => plainText(cell).toLowerCase()));
    return wanted.every((name) => present.has(name.toLowerCase()));
  });
  return at < 0 ? null : at;
}

/**
 * Separates a table's header from its rows. Rows with more filled cells than columns are skipped and counted: they have
 * an unquoted separator within a text, which puts the cells after it in the wrong columns. Throws `labels_invalid` if
 * most rows are like this.
 */
export function headTable(lines: readonly (readonly string[])[], header: number): Headed {
  const cells = lines[header] ?? [];
  const names = cells.map((name) => cellText(name).slice(0, MAX_HEADER_LENGTH));
  const below = lines.slice(header + 1);
  const repeats = (row: readonly string[]) =>
    row.length === cells.length && row[0] === cells[0] && row.every((cell, index) => cell === cells[index]);
  const rows: (readonly string[])[] = [];
  let repeated = 0;
  let tooLong = 0;
  for (const row of below) {
    if (row.length > names.length && reach(row) > names.length) tooLong += 1;
    else if (repeats(row)) repeated += 1;
    else rows.push(row);
  }
  if (tooLong > rows.length && tooLong > 0) {
    throw tableInvalid(
      `The header of the label table has ${formatQuantity(names.length, 'column')}, but most rows have more cells.`,
      {
        hint: `Name each column, and put quotes around text that contains the separator. Header found: ${quotedList(names)}.`,
      },
    );
  }
  const warnings: string[] = [];
  if (header > 0) warnings.push(`${formatQuantity(header, 'line')} above the header skipped.`);
  if (tooLong > 0) {
    warnings.push(
      `${formatQuantity(tooLong, 'row')} with more cells than the header skipped. Put quotes around text that contains the separator.`,
    );
  }
  if (repeated > 0) warnings.push(`${formatQuantity(repeated, 'row')} repeating the header skipped.`);
  return { names, headers: uniqueNames(names), rows, warnings };
}

/** Number of cells up to the last one with text. */
function reach(cells: readonly string[]): number {
  let last = cells.length;
  while (last > 0 && (cells[last - 1] ?? '').trim() === '') last -= 1;
  return last;
}

/** "Label", "Label" → "Label (1)", "Label (2)"; an empty name becomes "column 3". */
function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set(names);
  const made = new Set<string>();
  return names.map((name, index) => {
    const wanted = name === '' ? `column ${index + 1}` : name;
    const alone = name !== '' && names.indexOf(name) === names.lastIndexOf(name);
    let unique = wanted;
    const start = name === '' ? 2 : 1;
    for (let number = start; !alone && (unique === name || taken.has(unique) || made.has(unique)); number++)
      unique = `${wanted} (${number})`;
    made.add(unique);
    return unique;
  });
}

const MAX_LISTED = 12;

/** “path”, “label” and so on, shortened for a message. */
export const quotedList = (names: readonly string[]): string =>
  `${names
    .slice(0, MAX_LISTED)
    .map((name) => `“${name.length > 40 ? `${name.slice(0, 39)}…` : name}”`)
    .join(', ')}${names.length > MAX_LISTED ? ', …' : ''}`;
