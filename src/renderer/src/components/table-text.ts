export type Cell = string | number | null;

export interface TableData {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/**
 * A spreadsheet runs a cell that begins with one of these as a formula (OWASP, "CSV injection"), so such text is
 * written with a leading apostrophe. Numbers stay numbers.
 */
function guard(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  return /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
}

/** RFC 4180 CSV with CRLF line ends. */
export function toCsv(table: TableData): string {
  const quote = (cell: Cell) => {
    const text = guard(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[table.columns, ...table.rows].map((row) => row.map(quote).join(',')).join('\r\n')}\r\n`;
}

/** Tab-separated text: what a spreadsheet takes from the clipboard. */
export function toTsv(table: TableData): string {
  const flat = (cell: Cell) => guard(cell).replace(/[\t\r\n]+/g, ' ');
  return [table.columns, ...table.rows].map((row) => row.map(flat).join('\t')).join('\n');
}

/** A Markdown table, for notes and manuscripts. */
export function toMarkdown(table: TableData): string {
  const line = (cells: readonly Cell[]) =>
    `| ${cells.map((cell) => (cell === null ? '' : String(cell)).replace(/[\r\n]+/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(table.columns), line(table.columns.map(() => '---')), ...table.rows.map(line)].join('\n');
}
