import { FoveaError } from '#shared/ipc/errors';
import {
  type ColumnMapping,
  type ColumnRole,
  columnRoles,
  type TablePreview,
  type ValueCounts,
} from '#shared/models/label-table';
import type { ProjectStore } from '../store/open';
import { planTable } from './label-table-changes';
import { plainText, type TableText } from './label-table-text';
import { findColumns, readLabelTable } from './labels-table';
import { matchTable, type TableTarget } from './match-table';

/** What a window shows of a table: its first rows and columns, cut. */
const SAMPLE_ROWS = 8;
const SAMPLE_COLUMNS = 40;
const LONGEST_CELL = 80;
const LISTED_VALUES = 30;
const COUNTED_ROLES = ['label', 'reader', 'site', 'split'] as const;

/** See `LabelTables.preview`. Everything of the answer is bounded, whatever the table holds. */
export function previewTable(
  store: ProjectStore,
  text: TableText,
  mapping: ColumnMapping,
  targets: readonly TableTarget[] | null,
): TablePreview {
  const columns = findColumns(text.headers, mapping);
  const header = (role: ColumnRole) => text.headers[columns[role]] ?? null;
  const shown = {
    encoding: text.encoding,
    delimiter: text.delimiter,
    headers: [...text.headers],
    mapping: Object.fromEntries(columnRoles.map((role) => [role, header(role)])) as TablePreview['mapping'],
    sample: text.rows
      .slice(0, SAMPLE_ROWS)
      .map((row) => text.headers.slice(0, SAMPLE_COLUMNS).map((_, index) => cut(row[index] ?? ''))),
    rows: text.rows.length,
    values: Object.fromEntries(
      COUNTED_ROLES.flatMap((role) => (columns[role] < 0 ? [] : [[role, countValues(text, columns[role])]])),
    ),
    patients: columns.patient < 0 ? 0 : distinct(text, columns.patient),
  };
  try {
    const table = readLabelTable(text, mapping);
    if (targets !== null) {
      const match = matchTable(table, targets);
      return {
        ...shown,
        files: targets.length,
        rowsMatched: match.rowsMatched,
        filesMatched: match.filesMatched,
        blocked: null,
        problems: [...table.problems, ...match.problems],
        changes: null,
      };
    }
    const { match, files, counts } = planTable(store, table);
    const ignored =
      columns.split < 0 ? [] : ['The split column is left out: parts are given when images are imported.'];
    return {
      ...shown,
      files,
      rowsMatched: match.rowsMatched,
      filesMatched: match.filesMatched,
      blocked: null,
      problems: [...table.problems, ...match.problems, ...ignored],
      changes: counts,
    };
  } catch (error) {
    if (!(error instanceof FoveaError) || error.code !== 'labels_invalid') throw error;
    return {
      ...shown,
      files: targets?.length ?? 0,
      rowsMatched: 0,
      filesMatched: 0,
      blocked: error.message,
      problems: [...text.warnings],
      changes: null,
    };
  }
}

const cut = (text: string): string => {
  const plain = plainText(text.slice(0, 4 * LONGEST_CELL));
  return plain.length > LONGEST_CELL ? `${plain.slice(0, LONGEST_CELL - 1)}…` : plain;
};

function countValues(text: TableText, column: number): ValueCounts {
  const counts = new Map<string, number>();
  for (const row of text.rows) {
    const value = cut(row[column] ?? '');
    if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const values = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return {
    distinct: values.length,
    values: values.slice(0, LISTED_VALUES).map(([value, rows]) => ({ value, rows })),
  };
}

const distinct = (text: TableText, column: number): number =>
  new Set(text.rows.flatMap((row) => plainText(row[column] ?? '') || [])).size;
