import { mergedNames, type NameChoice } from '#shared/class-names/similar-names';
import { looseIdentifier, readIdentifier } from '#shared/identity/identifier';
import { FoveaError } from '#shared/ipc/errors';
import {
  type ColumnMapping,
  columnRoles,
  type TableAnswers,
  type TablePreview,
  type TableQuestion,
  type ValueCounts,
} from '#shared/models/label-table';
import type { ProjectStore } from '../../store/open';
import { countClassNames, similarNames } from './class-names';
import { cellText, isNoLabel } from './label-table-cell';
import { planTable } from './label-table-changes';
import { findColumns, markedClass, type TableColumns, withMappedHeader } from './label-table-columns';
import type { TableText } from './label-table-text';
import type { TableMatch } from './match-table';
import { type LabelTable, readLabelTable } from './read-label-table';
import type { ResolvedPatients } from './resolve-patients';
import { TableReaders } from './table-readers';

/** Limits of what a preview shows of a table. */
const SAMPLE_ROWS = 8;
const SAMPLE_COLUMNS = 40;
const MAX_CELL_LENGTH = 80;
const MAX_LISTED_VALUES = 30;
const COUNTED_ROLES = ['label', 'reader', 'site', 'split'] as const;

/** The claims of an import (table, patient pattern, answers) matched to its files. */
export interface MatchedClaims {
  readonly files: number;
  /** Class named by each file's folder. */
  readonly folders: readonly (string | null)[];
  /** Null without a table. */
  readonly match: TableMatch | null;
  readonly patternPatients: readonly (string | null)[] | null;
  /** Null if neither table nor pattern mentions patients. */
  readonly resolved: ResolvedPatients | null;
  readonly questions: readonly TableQuestion[];
}

/** Matches a table to the files of an import. */
export type MatchFiles = (table: LabelTable) => MatchedClaims;

/** See `LabelTables.preview`. The size of the result is bounded, whatever the table contains. */
export function previewTable(
  store: ProjectStore,
  given: TableText,
  mapping: ColumnMapping,
  answers: TableAnswers,
  matchFiles: MatchFiles | null,
  classNames: NameChoice,
): TablePreview {
  const text = withMappedHeader(given, mapping);
  const shown = {
    encoding: text.encoding,
    delimiter: text.delimiter,
    headers: [...text.headers],
    sample: text.rows
      .slice(0, SAMPLE_ROWS)
      .map((row) => text.headers.slice(0, SAMPLE_COLUMNS).map((_, index) => cut(row[index] ?? ''))),
    rows: text.rows.length,
  };
  let columns: TableColumns | null = null;
  try {
    columns = findColumns(text, mapping);
    const table = readLabelTable(text, mapping, answers);
    return { ...shown, ...columnFacts(text, columns), ...tableFacts(store, table, matchFiles, answers, classNames) };
  } catch (error) {
    if (!(error instanceof FoveaError) || error.code !== 'labels_invalid') throw error;
    return {
      ...shown,
      ...columnFacts(text, columns ?? namedColumns(text, mapping)),
      files: 0,
      rowsMatched: 0,
      filesMatched: 0,
      matchedBy: null,
      patientChanges: null,
      questions: [],
      blocked: error.message,
      problems: [...text.warnings],
      changes: null,
      similarNames: [],
    };
  }
}

/** The columns that are read, and value counts of those that may be shown. */
function columnFacts(text: TableText, { byRole, classes }: TableColumns) {
  const label = (row: readonly string[]) =>
    classes.length > 0 ? (markedClass(text, classes, row).label ?? '') : labelOf(row[byRole.label]);
  const readers = new TableReaders();
  const cellOf = (role: (typeof COUNTED_ROLES)[number]) => (row: readonly string[]) => {
    if (role === 'label') return label(row);
    const cell = row[byRole[role]] ?? '';
    return role === 'reader' ? (readers.nameOf(cellText(cell)) ?? '') : cell;
  };
  const counted = COUNTED_ROLES.filter((role) => byRole[role] >= 0 || (role === 'label' && classes.length > 0));
  return {
    mapping: Object.fromEntries(
      columnRoles.map((role) => [role, text.headers[byRole[role]] ?? null]),
    ) as TablePreview['mapping'],
    classes: classes.map((column) => text.headers[column] ?? ''),
    values: Object.fromEntries(counted.map((role) => [role, countValues(text, cellOf(role))])),
    patients: byRole.patient < 0 ? 0 : distinctPatients(text, byRole.patient),
  };
}

/** A label cell as it is read; empty for missing-value markers such as “NA”. */
function labelOf(cell: string | undefined): string {
  const label = cellText(cell);
  return isNoLabel(label) ? '' : label;
}

/** Only the columns that the mapping names, for a table whose columns are unclear. */
function namedColumns(text: TableText, mapping: ColumnMapping): TableColumns {
  const byRole = Object.fromEntries(
    columnRoles.map((role) => [role, text.headers.indexOf(mapping[role] ?? '')]),
  ) as TableColumns['byRole'];
  return { byRole, classes: [], notes: [], unclear: null };
}

function tableFacts(
  store: ProjectStore,
  written: LabelTable,
  matchFiles: MatchFiles | null,
  answers: TableAnswers,
  classNames: NameChoice,
) {
  const planAll = (table: LabelTable) => {
    if (matchFiles === null) {
      const { match, files, counts, patients, questions, problems } = planTable(store, table, answers);
      return { match, folders: [], files, counts, patients, questions, problems };
    }
    const { match, folders, files, resolved, questions } = matchFiles(table);
    const problems = [...(match?.problems ?? []), ...(resolved?.problems ?? [])];
    return { match, folders, files, counts: null, patients: resolved?.changes ?? null, questions, problems };
  };
  const asWritten = planAll(written);
  const groups = similarNames(store, countClassNames(asWritten.match?.entries ?? [], asWritten.folders));
  const merged = classNames === 'merge' && groups.length > 0;
  const table = merged ? written.renamed(mergedNames(groups)) : written;
  const { match, files, counts, patients, questions, problems } = merged ? planAll(table) : asWritten;
  const splitIgnored = matchFiles === null && table.columns.headers.split !== undefined;
  return {
    files,
    rowsMatched: match?.rowsMatched ?? 0,
    filesMatched: match?.filesMatched ?? 0,
    matchedBy: table.by,
    blocked: null,
    problems: [
      ...table.problems,
      ...problems,
      ...(splitIgnored ? ['The split column is ignored: splits can only be set during import.'] : []),
    ],
    patientChanges: patients,
    questions: [...questions],
    changes: counts,
    similarNames: groups.slice(0, MAX_LISTED_VALUES),
  };
}

const cut = (text: string): string => {
  const plain = cellText(text.slice(0, 4 * MAX_CELL_LENGTH));
  return plain.length > MAX_CELL_LENGTH ? `${plain.slice(0, MAX_CELL_LENGTH - 1)}…` : plain;
};

function countValues(text: TableText, cell: (row: readonly string[]) => string): ValueCounts {
  const counts = new Map<string, number>();
  for (const row of text.rows) {
    const value = cut(cell(row));
    if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const values = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return {
    distinct: values.length,
    values: values.slice(0, MAX_LISTED_VALUES).map(([value, rows]) => ({ value, rows })),
  };
}

/** Counts patients by loose identifier, ignoring cells that identify nobody. */
const distinctPatients = (text: TableText, column: number): number =>
  new Set(
    text.rows.flatMap((row) => {
      const identifier = readIdentifier(cellText(row[column]));
      return identifier === null ? [] : [looseIdentifier(identifier)];
    }),
  ).size;
