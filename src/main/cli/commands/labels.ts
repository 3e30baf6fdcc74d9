import { type Command, Option } from 'commander';
import type { NameChoice } from '#shared/class-names/similar-names';
import type { ColumnMapping, LabelConflict, TableAnswers } from '#shared/models/label-table';
import { formatQuantity } from '#shared/text/number';
import type { RunCommand } from '../command';
import {
  answerOption,
  classNamesOption,
  columnMapping,
  describeChanges,
  describeColumns,
  describeTable,
  tableResult,
} from './table-columns';

interface Options {
  readonly columns?: ColumnMapping;
  readonly answer?: TableAnswers;
  readonly preview?: boolean;
  readonly conflicts: LabelConflict;
  readonly classNames: NameChoice;
}

export function addLabels(program: Command, run: RunCommand): void {
  program
    .command('labels')
    .description('apply a label table to the images of a project: labels, readings, patients, studies, sites, sex, age')
    .argument('<project>', 'the project folder')
    .argument('<csv>', 'a CSV or TSV with a column for path, accession number, UID or patient')
    .option('--columns <which>', 'columns of the table: path=File,label=Diagnosis,reader=Rater', columnMapping)
    .option(...answerOption)
    .option('--preview', 'show the changes without making them')
    .addOption(
      new Option('--conflicts <whose>', 'on conflicts with manual labels: keep mine, or use the table')
        .choices(['mine', 'table'])
        .default('mine'),
    )
    .addOption(classNamesOption())
    .action((folder: string, csv: string, options: Options) =>
      run(async (session) => {
        const { columns = {}, answer = {}, preview = false, conflicts, classNames } = options;
        const project = await session.open(folder);
        const input = { project, table: session.grant(csv), mapping: columns, answers: answer, classNames };
        if (preview) {
          const found = await session.request('dataset.readTable', { ...input, plan: null });
          return { result: { ...tableResult(found) }, text: describeTable(found) };
        }
        const applied = await session.request('dataset.applyTable', { ...input, conflicts });
        const kept = applied.changes.conflicts > 0 && conflicts === 'mine';
        const text = [
          `${formatQuantity(applied.changed, 'image')} changed`,
          describeColumns(applied.columns),
          describeChanges(applied.changes),
          ...(kept
            ? [`${formatQuantity(applied.changes.conflicts, 'manual label')} kept (--conflicts table replaces them)`]
            : []),
          ...applied.problems.map((problem) => `\nNote: ${problem}`),
        ].join('\n');
        return { result: { ...applied }, text };
      }),
    );
}
