import { readIdentifier } from '#shared/identity/identifier';
import type { ColumnRole, TableAnswers } from '#shared/models/label-table';
import { cellText } from './label-table-cell';

/** The place of each column among those of the table; -1 where there is none. */
export type ColumnPlaces = Readonly<Record<ColumnRole, number>>;

/** The cells of one row. */
export interface TableCells {
  /** Null where the cell is empty, or names nothing. */
  readonly cell: (role: ColumnRole) => string | null;
  /** Columns whose cell is empty under one that is not: a merged cell may go on there. */
  readonly empty: ReadonlySet<ColumnRole>;
}

/** Cells are cut to these, in characters; what is hashed is not shown and may be longer. */
const LONGEST: Readonly<Record<ColumnRole, number>> = {
  path: 4096,
  label: 120,
  reader: 80,
  patient: 1024,
  study: 1024,
  site: 80,
  split: 40,
  sex: 16,
  age: 16,
  accession: 1024,
  series: 128,
  instance: 128,
  date: 40,
};
/** Cells of these name somebody or something, so that a word for “not known” names nothing. */
const IDENTIFIERS: ReadonlySet<ColumnRole> = new Set(['patient', 'study', 'site', 'accession', 'series', 'instance']);
/** Identifiers that a spreadsheet may have merged over several rows. */
const MERGED: readonly ColumnRole[] = ['patient', 'study', 'accession', 'series'];

/** Reads the cells of rows, one row after the other: a merged cell is that of the row above. */
export function cellReader(columns: ColumnPlaces, answers: TableAnswers): (line: readonly string[]) => TableCells {
  /** The last value of each column that may be merged; none below a word for “missing”. */
  const above = new Map<ColumnRole, string>();
  return (line) => {
    const written = (role: ColumnRole): string => cellText(line[columns[role]]).slice(0, LONGEST[role]);
    const empty = new Set<ColumnRole>();
    for (const role of MERGED) {
      if (columns[role] < 0) continue;
      if (written(role) === '') {
        if (above.has(role)) empty.add(role);
      } else if (IDENTIFIERS.has(role) && readIdentifier(written(role)) === null) above.delete(role);
      else above.set(role, written(role));
    }
    const cell = (role: ColumnRole): string | null => {
      if (columns[role] < 0) return null;
      const value = empty.has(role) && answers['empty-ids'] === 'fill' ? (above.get(role) ?? '') : written(role);
      return IDENTIFIERS.has(role) ? readIdentifier(value) : value === '' ? null : value;
    };
    return { cell, empty };
  };
}
