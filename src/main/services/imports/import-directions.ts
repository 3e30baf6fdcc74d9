import type { ImportOptions } from '#shared/models/dataset';
import type { UsedColumns } from '#shared/models/label-table';
import { formatQuantity } from '#shared/text/number';
import type { PatientRef } from '../../store/identity';
import type { ProjectStore } from '../../store/open';
import { type PackedList, packList, unpackItem } from '../background/packed-list';
import { namesTakenIn, type Spelling, settleNames } from '../label-tables/class-names';
import { requireAnswers } from '../label-tables/open-questions';
import type { LabelTable } from '../label-tables/read-label-table';
import type { PatientAlias } from '../label-tables/resolve-patients';
import type { TableEntry } from '../label-tables/table-entry';
import { type FilesToHold, holdWords } from './held-words';

/** What an import takes from a table, a pattern and the choice of class names; as a thread hands it over. */
export interface ImportDirections {
  /** Which columns of a table were read. */
  readonly columns: UsedColumns | null;
  readonly rows: PackedList<TableEntry>;
  /** For each file its place in the rows; -1 for none. */
  readonly rowOf: Int32Array;
  /** Who each file is of, where a table or a pattern had to be held against the files; null: as the files say. */
  readonly patients: PackedList<PatientRef | null> | null;
  /** Other names of patients. */
  readonly aliases: readonly PatientAlias[];
  readonly spelling: Spelling;
  /** What is to be said of them in the result. */
  readonly warnings: readonly string[];
}

/** Throws `IdentitiesUnread`, `pattern_invalid`, `pattern_slow`, `question_open`, `class_names_similar`. */
export function directImport(
  store: ProjectStore,
  files: FilesToHold,
  written: LabelTable | null,
  { groupPattern, answers, labelsFromFolders, classNames }: ImportOptions,
): ImportDirections {
  const asWritten = holdWords(store, files, { table: written, groupPattern, answers });
  requireAnswers(asWritten.questions, answers);
  const taken = namesTakenIn(asWritten.match?.entries ?? [], labelsFromFolders ? asWritten.folders : []);
  const { spelling, notes } = settleNames(store, taken, classNames);
  const isSpelt = spelling.size === 0;
  const table = isSpelt ? written : (written?.renamed(spelling) ?? null);
  const { match, resolved, patternPatients } = isSpelt
    ? asWritten
    : holdWords(store, files, { table, groupPattern, answers });
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

/** The row of a table that speaks of a file. */
export const rowOfFile = ({ rows, rowOf }: ImportDirections, file: number): TableEntry | undefined =>
  unpackItem(rows, rowOf[file] ?? -1);

/** Who a file is of by a table or a pattern; null where they do not say. */
export const patientOfFile = ({ patients }: ImportDirections, file: number): PatientRef | null =>
  patients === null ? null : (unpackItem(patients, file) ?? null);
