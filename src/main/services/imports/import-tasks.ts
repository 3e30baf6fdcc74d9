import type { NameChoice } from '#shared/class-names/similar-names';
import type { ImportOptions } from '#shared/models/dataset';
import type { ColumnMapping, PatternPreview, TableAnswers } from '#shared/models/label-table';
import { type OfProject, type TaskContext, tasks } from '../background/background';
import { type PackedList, unpackList } from '../background/packed-list';
import type { MatchFiles } from '../label-tables/label-table-preview';
import { createLabelTables } from '../label-tables/label-tables';
import { NO_PATIENT_CHANGES } from '../label-tables/resolve-patients';
import { directImport } from './import-directions';
import type { ImportIdentity } from './import-identities';
import { type ImportScan, toPlan } from './import-plan';
import type { ImportSource } from './import-source';
import { IdentitiesUnread, type ImportFiles, matchClaims } from './match-claims';

/** The files of an import, packed for transfer to a thread. */
export interface PackedFiles {
  readonly sources: PackedList<ImportSource>;
  /** The files' own identities; null if they were not read. */
  readonly identities: PackedList<ImportIdentity | null> | null;
}

interface OfImport extends OfProject {
  readonly files: PackedFiles;
}

const unpackFiles = ({ sources, identities }: PackedFiles): ImportFiles => ({
  sources: unpackList(sources),
  identities: identities === null ? null : unpackList(identities),
});

/** Returns `identities-unread` if the work needs the files' own identities. */
async function catchUnread<Result>(work: () => Result | Promise<Result>): Promise<Result | 'identities-unread'> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof IdentitiesUnread) return 'identities-unread';
    throw error;
  }
}

export const importTasks = tasks('import', {
  plan: (
    {
      project,
      id,
      scan,
    }: OfProject & {
      readonly id: string;
      readonly scan: Omit<ImportScan, 'sources'> & Pick<PackedFiles, 'sources'>;
    },
    { open }: TaskContext,
  ) => toPlan(id, open(project), { ...scan, sources: unpackList(scan.sources) }),
  previewTable: (
    {
      project,
      files,
      file,
      mapping,
      answers,
      groupPattern,
      classNames,
    }: OfImport & {
      readonly file: string;
      readonly mapping: ColumnMapping;
      readonly answers: TableAnswers;
      readonly groupPattern: string | null;
      readonly classNames: NameChoice;
    },
    { open }: TaskContext,
  ) =>
    catchUnread(() => {
      const opened = open(project);
      const unpacked = unpackFiles(files);
      const matchFiles: MatchFiles = (table) => matchClaims(opened.store, unpacked, { table, groupPattern, answers });
      return createLabelTables().preview(opened, matchFiles, file, mapping, answers, classNames);
    }),
  previewPattern: (
    {
      project,
      files,
      groupPattern,
      answers,
    }: OfImport & { readonly groupPattern: string | null; readonly answers: TableAnswers },
    { open }: TaskContext,
  ) =>
    catchUnread((): PatternPreview => {
      const claims = { table: null, groupPattern, answers };
      const { resolved, questions, files: total } = matchClaims(open(project).store, unpackFiles(files), claims);
      return {
        changes: resolved?.changes ?? { ...NO_PATIENT_CHANGES, unknown: total },
        questions: [...questions],
        problems: [...(resolved?.problems ?? [])],
      };
    }),
  direct: (
    { project, files, table, options }: OfImport & { readonly table: string | null; readonly options: ImportOptions },
    { open }: TaskContext,
  ) =>
    catchUnread(async () => {
      const tables = createLabelTables();
      const read = table === null ? null : await tables.read(table, options.columns, options.answers);
      return directImport(open(project).store, unpackFiles(files), read, options);
    }),
});
