import type { TableData } from './tables/csv';

/** Shown wherever results or models leave Fovea: with predictions, in tables, reports and exported files. */
export const RESEARCH_USE = 'Research use only: not for diagnosis or treatment.';

/** Adds the notice as the last column of a table of results, on every row, so that no row circulates without it. */
export const withResearchUse = ({ columns, rows }: TableData): TableData => ({
  columns: [...columns, 'Use'],
  rows: rows.map((row) => [...row, RESEARCH_USE]),
});
