import { RESEARCH_USE, withResearchUse } from '#shared/research-use';
import { type Cell, guardCell, type TableData, toCsv } from '#shared/tables/csv';

export type { Cell, TableData } from '#shared/tables/csv';

/** The table as a CSV file, with the research-use notice. */
export const toCsvFile = (table: TableData): string => toCsv(withResearchUse(table));

/** Tab-separated text for pasting into a spreadsheet, with the research-use notice. */
export function toTsv(plain: TableData): string {
  const table = withResearchUse(plain);
  const flat = (cell: Cell) => guardCell(cell).replace(/[\t\r\n]+/g, ' ');
  return [table.columns, ...table.rows].map((row) => row.map(flat).join('\t')).join('\n');
}

/** A Markdown table for notes and manuscripts, with the research-use notice below. */
export function toMarkdown(table: TableData): string {
  const line = (cells: readonly Cell[]) =>
    `| ${cells.map((cell) => (cell === null ? '' : String(cell)).replace(/[\r\n]+/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`;
  const lines = [line(table.columns), line(table.columns.map(() => '---')), ...table.rows.map(line)];
  return [...lines, '', `_${RESEARCH_USE}_`].join('\n');
}
