import { mergedNames, type NameChoice } from '#shared/class-names/similar-names';
import { FoveaError } from '#shared/ipc/errors';
import { type ColumnMapping, columnRoles, type TablePreview, type ValueCounts } from '#shared/models/label-table';
import type { ProjectStore } from '../store/open';
import { namesTakenIn, similarNames } from './class-names';
import { cellText } from './label-table-cell';
import { planTable } from './label-table-changes';
import { findColumns, headedAs, markedClass, type TableColumns } from './label-table-columns';
import type { TableText } from './label-table-text';
import { type LabelTable, readLabelTable } from './labels-table';
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
  given: TableText,
  mapping: ColumnMapping,
  targets: readonly TableTarget[] | null,
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
    const table = readLabelTable(text, mapping);
    return { ...shown, ...columnFacts(text, columns), ...tableFacts(store, table, targets, classNames) };
  } catch (error) {
    if (!(error instanceof FoveaError) || error.code !== 'labels_invalid') throw error;
    return {
      ...shown,
      ...columnFacts(text, columns ?? namedColumns(text, mapping)),
      files: targets?.length ?? 0,
      rowsMatched: 0,
      filesMatched: 0,
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
    classes.length > 0 ? (markedClass(text, classes, row).label ?? '') : (row[of.label] ?? '');
  const counted = COUNTED_ROLES.filter((role) => of[role] >= 0 || (role === 'label' && classes.length > 0));
  return {
    mapping: Object.fromEntries(
      columnRoles.map((role) => [role, text.headers[of[role]] ?? null]),
    ) as TablePreview['mapping'],
    classes: classes.map((column) => text.headers[column] ?? ''),
    values: Object.fromEntries(
      counted.map((role) => [role, countValues(text, role === 'label' ? label : (row) => row[of[role]] ?? '')]),
    ),
    patients: of.patient < 0 ? 0 : distinct(text, of.patient),
  };
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
  targets: readonly TableTarget[] | null,
  classNames: NameChoice,
) {
  const matchAll = (table: LabelTable) =>
    targets === null
      ? planTable(store, table)
      : { match: matchTable(table, targets), files: targets.length, counts: null };
  const asWritten = matchAll(written);
  const folders = (targets ?? []).map(({ folderLabel = null }) => folderLabel);
  const groups = similarNames(store, namesTakenIn(asWritten.match.entries, folders));
  const merged = classNames === 'merge' && groups.length > 0;
  const table = merged ? written.renamed(mergedNames(groups)) : written;
  const { match, files, counts } = merged ? matchAll(table) : asWritten;
  const splitIgnored = targets === null && table.columns.headers.split !== undefined;
  return {
    files,
    rowsMatched: match.rowsMatched,
    filesMatched: match.filesMatched,
    blocked: null,
    problems: [
      ...table.problems,
      ...match.problems,
      ...(splitIgnored ? ['The split column is left out: parts are given when images are imported.'] : []),
    ],
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

const distinct = (text: TableText, column: number): number =>
  new Set(text.rows.flatMap((row) => cellText(row[column]) || [])).size;
