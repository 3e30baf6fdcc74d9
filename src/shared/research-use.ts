import type { TableData } from './tables/csv';

/** Stands wherever results or models leave Fovea: in answers, tables, reports and exported files. */
export const RESEARCH_USE = 'Research use only: not for diagnosis or treatment.';

/** The notice in the last column of a table of results, on every row, so that no row goes on without it. */
export const withResearchUse = ({ columns, rows }: TableData): TableData => ({
  columns: [...columns, 'Use'],
  rows: rows.map((row) => [...row, RESEARCH_USE]),
});
