import type { NameChoice } from '#shared/class-names/similar-names';
import type { ColumnMapping, LabelConflict, TableAnswers } from '#shared/models/label-table';
import { type OfProject, type TaskContext, tasks } from '../background/background';
import { createLabelTables } from './label-tables';

export const tableTasks = tasks('table', {
  preview: (
    {
      project,
      file,
      mapping,
      answers,
      classNames,
    }: OfProject & {
      readonly file: string;
      readonly mapping: ColumnMapping;
      readonly answers: TableAnswers | undefined;
      readonly classNames?: NameChoice | undefined;
    },
    { open }: TaskContext,
  ) => createLabelTables().preview(open(project), null, file, mapping, answers, classNames),
  apply: (
    {
      project,
      file,
      mapping,
      conflicts,
      answers,
      classNames,
    }: OfProject & {
      readonly file: string;
      readonly mapping: ColumnMapping;
      readonly conflicts: LabelConflict;
      readonly answers: TableAnswers | undefined;
      readonly classNames?: NameChoice | undefined;
    },
    { open }: TaskContext,
  ) => createLabelTables().apply(open(project), file, mapping, conflicts, answers, classNames),
  /** Throws `labels_invalid`. */
  check: async ({
    file,
    mapping,
    answers,
  }: {
    readonly file: string;
    readonly mapping: ColumnMapping;
    readonly answers: TableAnswers;
  }) => {
    await createLabelTables().read(file, mapping, answers);
  },
});
