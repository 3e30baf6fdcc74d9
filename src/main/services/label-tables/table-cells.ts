import { readIdentifier } from '#shared/identity/identifier';
import type { ColumnRole, TableAnswers } from '#shared/models/label-table';
import { cellText } from './label-table-cell';

/** Index of each role's column; -1 for none. */
export type ColumnPlaces = Readonly<Record<ColumnRole, number>>;

/** The cells of one row. */
export interface TableCells {
  /** Null if the cell is empty or is an identifier column's word for “unknown”. */
  readonly cell: (role: ColumnRole) => string | null;
  /** Columns whose cell is empty below a filled one, possibly within a merged cell. */
  readonly empty: ReadonlySet<ColumnRole>;
}

/** Lengths that cells are truncated to, in characters; values that are only hashed may be longer than shown ones. */
const MAX_LENGTH: Readonly<Record<ColumnRole, number>> = {
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
/** Columns of identifiers, in which a word for “unknown” identifies nothing. */
const IDENTIFIERS: ReadonlySet<ColumnRole> = new Set(['patient', 'study', 'site', 'accession', 'series', 'instance']);
/** Identifier columns whose cells a spreadsheet may have merged over several rows. */
const MERGEABLE: readonly ColumnRole[] = ['patient', 'study', 'accession', 'series'];

/** Returns a reader for consecutive rows, in which an empty cell may continue a merged one above. */
export function cellReader(columns: ColumnPlaces, answers: TableAnswers): (line: readonly string[]) => TableCells {
  /** Last value of each mergeable column; cleared by a word for “missing”. */
  const above = new Map<ColumnRole, string>();
  return (line) => {
    const written = (role: ColumnRole): string => cellText(line[columns[role]]).slice(0, MAX_LENGTH[role]);
    const empty = new Set<ColumnRole>();
    for (const role of MERGEABLE) {
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
