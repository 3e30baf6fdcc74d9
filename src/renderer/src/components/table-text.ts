import { type Cell, guardCell, type TableData } from '#shared/tables/csv';

export { type Cell, type TableData, toCsv } from '#shared/tables/csv';

/** Tab-separated text: what a spreadsheet takes from the clipboard. */
export function toTsv(table: TableData): string {
  const flat = (cell: Cell) => guardCell(cell).replace(/[\t\r\n]+/g, ' ');
  return [table.columns, ...table.rows].map((row) => row.map(flat).join('\t')).join('\n');
}

/** A Markdown table, for notes and manuscripts. */
export function toMarkdown(table: TableData): string {
  const line = (cells: readonly Cell[]) =>
    `| ${cells.map((cell) => (cell === null ? '' : String(cell)).replace(/[\r\n]+/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(table.columns), line(table.columns.map(() => '---')), ...table.rows.map(line)].join('\n');
}
