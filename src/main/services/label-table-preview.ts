import { looseIdentifier, readIdentifier } from '#shared/identity/identifier';
import { FoveaError } from '#shared/ipc/errors';
import {
  type ColumnMapping,
  type ColumnRole,
  columnRoles,
  type TableAnswers,
  type TablePreview,
  type ValueCounts,
} from '#shared/models/label-table';
import type { ProjectStore } from '../store/open';
import type { HeldWords } from './import';
import { planTable } from './label-table-changes';
import { plainText, type TableText } from './label-table-text';
import { findColumns, type LabelTable, readLabelTable } from './labels-table';

/** What a window shows of a table: its first rows and columns, cut. */
const SAMPLE_ROWS = 8;
const SAMPLE_COLUMNS = 40;
const LONGEST_CELL = 80;
const LISTED_VALUES = 30;
const COUNTED_ROLES = ['label', 'reader', 'site', 'split'] as const;

/** Holds a table against the files of an import. */
export type HoldTable = (table: LabelTable) => Promise<HeldWords>;

/** See `LabelTables.preview`. Everything of the answer is bounded, whatever the table holds. */
export async function previewTable(
  store: ProjectStore,
  text: TableText,
  mapping: ColumnMapping,
  answers: TableAnswers,
  hold: HoldTable | null,
): Promise<TablePreview> {
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
    patients: columns.patient < 0 ? 0 : distinctPatients(text, columns.patient),
  };
  try {
    const table = readLabelTable(text, mapping, answers);
    const shared = { matchedBy: table.by, blocked: null };
    if (hold !== null) {
      const { files, match, resolved, questions } = await hold(table);
      return {
        ...shown,
        ...shared,
        files,
        rowsMatched: match?.rowsMatched ?? 0,
        filesMatched: match?.filesMatched ?? 0,
        problems: [...table.problems, ...(match?.problems ?? []), ...(resolved?.problems ?? [])],
        patientChanges: resolved?.changes ?? null,
        questions: [...questions],
        changes: null,
      };
    }
    const { match, files, counts, patients, questions, problems } = planTable(store, table, answers);
    const ignored =
      columns.split < 0 ? [] : ['The split column is left out: parts are given when images are imported.'];
    return {
      ...shown,
      ...shared,
      files,
      rowsMatched: match.rowsMatched,
      filesMatched: match.filesMatched,
      problems: [...table.problems, ...problems, ...ignored],
      patientChanges: patients,
      questions: [...questions],
      changes: counts,
    };
  } catch (error) {
    if (!(error instanceof FoveaError) || error.code !== 'labels_invalid') throw error;
    return {
      ...shown,
      files: 0,
      rowsMatched: 0,
      filesMatched: 0,
      matchedBy: null,
      patientChanges: null,
      questions: [],
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

/** As they are compared, without those that name nobody. */
const distinctPatients = (text: TableText, column: number): number =>
  new Set(
    text.rows.flatMap((row) => {
      const identifier = readIdentifier(row[column] ?? '');
      return identifier === null ? [] : [looseIdentifier(identifier)];
    }),
  ).size;
