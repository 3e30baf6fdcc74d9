export type Cell = string | number | null;

export interface TableData {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A cell that a spreadsheet runs as a formula begins with one of these (OWASP, "CSV injection"). */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
/** What the guard has marked, and text that looks as if it had. */
const GUARDED = /^'+[=+\-@\t\r\n＝＋－＠]/;

/** Text that a spreadsheet would run gets a leading apostrophe, which `unguardCell` takes off. Numbers stay numbers. */
export function guardCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  return FORMULA.test(cell) || GUARDED.test(cell) ? `'${cell}` : cell;
}

/** The text that `guardCell` was given. */
export const unguardCell = (cell: string): string => (GUARDED.test(cell) ? cell.slice(1) : cell);

/** A relative path that a spreadsheet does not run and every program still opens: "=a/1.png" → "./=a/1.png". */
export const guardPath = (path: string): string => (guardCell(path) === path ? path : `./${path}`);

/** RFC 4180 CSV with CRLF line ends. Cells with a semicolon or a tab are quoted too: some programs split at these. */
export function toCsv(table: TableData): string {
  const quote = (cell: Cell) => {
    const text = guardCell(cell);
    return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[table.columns, ...table.rows].map((row) => row.map(quote).join(',')).join('\r\n')}\r\n`;
}
