import type { ImportOptions } from '#shared/models/dataset';
import type { UsedColumns } from '#shared/models/label-table';
import { formatQuantity } from '#shared/text/number';
import type { PatientRef } from '../../store/identity';
import type { ProjectStore } from '../../store/open';
import { type PackedList, packList, unpackItem } from '../background/packed-list';
import { countClassNames, resolveClassNames, type Spelling } from '../label-tables/class-names';
import { requireAnswers } from '../label-tables/open-questions';
import type { LabelTable } from '../label-tables/read-label-table';
import type { PatientAlias } from '../label-tables/resolve-patients';
import type { TableEntry } from '../label-tables/table-entry';
import { type ImportFiles, matchClaims } from './match-claims';

/** The facts that an import takes from a table, a pattern and the choice of class names, packed for transfer. */
export interface ImportDirections {
  /** The table columns that were read. */
  readonly columns: UsedColumns | null;
  readonly rows: PackedList<TableEntry>;
  /** For each file the index of its row; -1 for none. */
  readonly rowOf: Int32Array;
  /** The patient of each file if a table or pattern was matched to the files; null: the files' own patients. */
  readonly patients: PackedList<PatientRef | null> | null;
  readonly aliases: readonly PatientAlias[];
  readonly spelling: Spelling;
  /** Warnings for the result. */
  readonly warnings: readonly string[];
}

/** Throws `IdentitiesUnread`, `pattern_invalid`, `pattern_slow`, `question_open`, `class_names_similar`. */
export function directImport(
  store: ProjectStore,
  files: ImportFiles,
  written: LabelTable | null,
  { groupPattern, answers, labelsFromFolders, classNames }: ImportOptions,
): ImportDirections {
  const asWritten = matchClaims(store, files, { table: written, groupPattern, answers });
  requireAnswers(asWritten.questions, answers);
  const names = countClassNames(asWritten.match?.entries ?? [], labelsFromFolders ? asWritten.folders : []);
  const { spelling, notes } = resolveClassNames(store, names, classNames);
  const isUnchanged = spelling.size === 0;
  const table = isUnchanged ? written : (written?.renamed(spelling) ?? null);
  const { match, resolved, patternPatients } = isUnchanged
    ? asWritten
    : matchClaims(store, files, { table, groupPattern, answers });
  const rows = [...new Set(match?.entries.flatMap((entry) => entry ?? []))];
  const places = new Map(rows.map((row, place) => [row, place]));
  const misses = patternPatients?.filter((one) => one === null).length ?? 0;
  return {
    columns: table?.columns ?? null,
    rows: packList(rows),
    rowOf: Int32Array.from(files.sources, (_, file) => {
      const row = match?.entries[file];
      return row === undefined ? -1 : (places.get(row) ?? -1);
    }),
    patients: resolved === null ? null : packList(resolved.patients),
    aliases: resolved?.aliases ?? [],
    spelling,
    warnings: [
      ...(table?.problems ?? []),
      ...(match?.problems ?? []),
      ...(resolved?.problems ?? []),
      ...notes,
      ...(misses > 0 ? [`The patient pattern does not match ${formatQuantity(misses, 'file name')}.`] : []),
    ],
  };
}

/** The table row of a file. */
export const rowOfFile = ({ rows, rowOf }: ImportDirections, file: number): TableEntry | undefined =>
  unpackItem(rows, rowOf[file] ?? -1);

/** The patient of a file according to a table or pattern; null if they name none. */
export const patientOfFile = ({ patients }: ImportDirections, file: number): PatientRef | null =>
  patients === null ? null : (unpackItem(patients, file) ?? null);
