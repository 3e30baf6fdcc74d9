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
import { namesTakenIn, similarNames } from './class-names';
import { cellText, isNoLabel } from './label-table-cell';
import { planTable } from './label-table-changes';
import { findColumns, headedAs, markedClass, type TableColumns } from './label-table-columns';
import type { TableText } from './label-table-text';
import type { TableMatch } from './match-table';
import { type LabelTable, readLabelTable } from './read-label-table';
import type { ResolvedPatients } from './resolve-patients';

/** What a window shows of a table: its first rows and columns, cut. */
const SAMPLE_ROWS = 8;
const SAMPLE_COLUMNS = 40;
const LONGEST_CELL = 80;
const LISTED_VALUES = 30;
const COUNTED_ROLES = ['label', 'reader', 'site', 'split'] as const;

/** What a person brings along with an import, held against its files. */
export interface HeldWords {
  readonly files: number;
  /** The class that each file's folder names. */
  readonly folders: readonly (string | null)[];
  /** Null without a table. */
  readonly match: TableMatch | null;
  readonly patternPatients: readonly (string | null)[] | null;
  /** Null where neither table nor pattern speaks of patients. */
  readonly resolved: ResolvedPatients | null;
  readonly questions: readonly TableQuestion[];
}

/** Holds a table against the files of an import. */
export type HoldTable = (table: LabelTable) => HeldWords;

/** See `LabelTables.preview`. Everything of the answer is bounded, whatever the table holds. */
export function previewTable(
  store: ProjectStore,
  given: TableText,
  mapping: ColumnMapping,
  answers: TableAnswers,
  hold: HoldTable | null,
  classNames: NameChoice,
): TablePreview {
  const text = headedAs(given, mapping);
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
    return { ...shown, ...columnFacts(text, columns), ...tableFacts(store, table, hold, answers, classNames) };
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

/** Which columns are read, and how often each value stands in those that may be shown. */
function columnFacts(text: TableText, { of, classes }: TableColumns) {
  const label = (row: readonly string[]) =>
    classes.length > 0 ? (markedClass(text, classes, row).label ?? '') : labelOf(row[of.label]);
  const counted = COUNTED_ROLES.filter((role) => of[role] >= 0 || (role === 'label' && classes.length > 0));
  return {
    mapping: Object.fromEntries(
      columnRoles.map((role) => [role, text.headers[of[role]] ?? null]),
    ) as TablePreview['mapping'],
    classes: classes.map((column) => text.headers[column] ?? ''),
    values: Object.fromEntries(
      counted.map((role) => [role, countValues(text, role === 'label' ? label : (row) => row[of[role]] ?? '')]),
    ),
    patients: of.patient < 0 ? 0 : distinctPatients(text, of.patient),
  };
}

/** As it is read: “NA” is no label. */
function labelOf(cell: string | undefined): string {
  const label = cellText(cell);
  return isNoLabel(label) ? '' : label;
}

/** What a person chose and nothing else: where the columns of a table are not clear. */
function namedColumns(text: TableText, mapping: ColumnMapping): TableColumns {
  const of = Object.fromEntries(
    columnRoles.map((role) => [role, text.headers.indexOf(mapping[role] ?? '')]),
  ) as TableColumns['of'];
  return { of, classes: [], notes: [], unclear: null };
}

function tableFacts(
  store: ProjectStore,
  written: LabelTable,
  hold: HoldTable | null,
  answers: TableAnswers,
  classNames: NameChoice,
) {
  const planAll = (table: LabelTable) => {
    if (hold === null) {
      const { match, files, counts, patients, questions, problems } = planTable(store, table, answers);
      return { match, folders: [], files, counts, patients, questions, problems };
    }
    const { match, folders, files, resolved, questions } = hold(table);
    const problems = [...(match?.problems ?? []), ...(resolved?.problems ?? [])];
    return { match, folders, files, counts: null, patients: resolved?.changes ?? null, questions, problems };
  };
  const asWritten = planAll(written);
  const groups = similarNames(store, namesTakenIn(asWritten.match?.entries ?? [], asWritten.folders));
  const merged = classNames === 'merge' && groups.length > 0;
  const table = merged ? written.renamed(mergedNames(groups)) : written;
  const { match, files, counts, patients, questions, problems } = merged ? planAll(table) : asWritten;
  const splitIgnored = hold === null && table.columns.headers.split !== undefined;
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
    similarNames: groups.slice(0, LISTED_VALUES),
  };
}

const cut = (text: string): string => {
  const plain = cellText(text.slice(0, 4 * LONGEST_CELL));
  return plain.length > LONGEST_CELL ? `${plain.slice(0, LONGEST_CELL - 1)}…` : plain;
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
    values: values.slice(0, LISTED_VALUES).map(([value, rows]) => ({ value, rows })),
  };
}

/** As they are compared, without those that name nobody. */
const distinctPatients = (text: TableText, column: number): number =>
  new Set(
    text.rows.flatMap((row) => {
      const identifier = readIdentifier(cellText(row[column]));
      return identifier === null ? [] : [looseIdentifier(identifier)];
    }),
  ).size;
