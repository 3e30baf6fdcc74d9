export type Cell = string | number | null;

export interface TableData {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Cells that begin with one of these run as formulas in a spreadsheet (OWASP, "CSV injection"). */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
/** Text that `guardCell` has marked, and text that looks the same. */
const GUARDED = /^'+[=+\-@\t\r\n＝＋－＠]/;

/** Prefixes text that a spreadsheet would run with an apostrophe, which `unguardCell` removes. Numbers stay numbers. */
export function guardCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  return FORMULA.test(cell) || GUARDED.test(cell) ? `'${cell}` : cell;
}

/** The inverse of `guardCell`. */
export const unguardCell = (cell: string): string => (GUARDED.test(cell) ? cell.slice(1) : cell);

/** Makes a relative path safe in spreadsheets while every program can still open it: "=a/1.png" → "./=a/1.png". */
export const guardPath = (path: string): string => (guardCell(path) === path ? path : `./${path}`);

/** RFC 4180 CSV with CRLF line ends. Also quotes cells with a semicolon or a tab, as some programs split at these. */
export function toCsv(table: TableData): string {
  const quote = (cell: Cell) => {
    const text = guardCell(cell);
    return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[table.columns, ...table.rows].map((row) => row.map(quote).join(',')).join('\r\n')}\r\n`;
}
