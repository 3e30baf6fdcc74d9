export type Cell = string | number | null;

export interface TableData {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/**
 * A spreadsheet runs a cell that begins with one of these as a formula (OWASP, "CSV injection"), so such text is
 * written with a leading apostrophe. Numbers stay numbers.
 */
export function guardCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  return /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
}

/** RFC 4180 CSV with CRLF line ends. */
export function toCsv(table: TableData): string {
  const quote = (cell: Cell) => {
    const text = guardCell(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[table.columns, ...table.rows].map((row) => row.map(quote).join(',')).join('\r\n')}\r\n`;
}
