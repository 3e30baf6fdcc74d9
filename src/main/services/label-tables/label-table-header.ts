import { formatQuantity } from '#shared/text/number';
import { cellText, plainText } from './label-table-cell';
import { mostFrequent } from './label-table-dialect';
import { tableInvalid } from './label-table-errors';
import { knownRoles } from './label-table-names';

/** The lines of a table under its header. */
export interface Headed {
  /** As the table names its columns; names may be empty or occur more than once. */
  readonly names: readonly string[];
  /** Unique and not empty: see `uniqueNames`. */
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly warnings: readonly string[];
}

const LOOKED_AT = 50;
const LONGEST_HEADER = 120;

/**
 * Which line names the columns: the one with most of the usual names (two or more); else the first that reaches as far
 * to the right as most lines do, so that a title above the table is not taken for it.
 */
export function findHeader(lines: readonly (readonly string[])[]): number {
  const head = lines.slice(0, LOOKED_AT);
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

/** The line that has all the headers of a mapping, in any case; null where none of the first lines has. */
export function findNamedHeader(lines: readonly (readonly string[])[], wanted: readonly string[]): number | null {
  const at = lines.slice(0, LOOKED_AT).findIndex((cells) => {
    const present = new Set(cells.map((cell) => plainText(cell).toLowerCase()));
    return wanted.every((name) => present.has(name.toLowerCase()));
  });
  return at < 0 ? null : at;
}

/**
 * Puts the lines of a table under their header. Rows with more filled cells than columns are left out and counted: in
 * them a separator stands unquoted in a text, and what is behind it is in the wrong column. Throws `labels_invalid`
 * where most rows are so.
 */
export function headTable(lines: readonly (readonly string[])[], header: number): Headed {
  const cells = lines[header] ?? [];
  const names = cells.map((name) => cellText(name).slice(0, LONGEST_HEADER));
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

/** How many cells a line has up to its last one with text. */
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

const LISTED = 12;

/** “path”, “label” and so on, cut to what a message can show. */
export const quotedList = (names: readonly string[]): string =>
  `${names
    .slice(0, LISTED)
    .map((name) => `“${name.length > 40 ? `${name.slice(0, 39)}…` : name}”`)
    .join(', ')}${names.length > LISTED ? ', …' : ''}`;
