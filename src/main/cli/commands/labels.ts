import { type Command, Option } from 'commander';
import type { NameChoice } from '#shared/class-names/similar-names';
import type { ColumnMapping, LabelConflict } from '#shared/models/label-table';
import type { Run } from '../program';
import {
  classNamesOption,
  columnMapping,
  describeChanges,
  describeColumns,
  describeTable,
  tableResult,
} from './table-columns';

interface Options {
  readonly columns?: ColumnMapping;
  readonly preview?: boolean;
  readonly conflicts: LabelConflict;
  readonly classNames: NameChoice;
}

export function addLabels(program: Command, run: Run): void {
  program
    .command('labels')
    .description('apply a label table to the images of a project: labels, readings, patients, studies, sites, sex, age')
    .argument('<project>', 'the project folder')
    .argument('<csv>', 'a CSV or TSV with a path or file column')
    .option('--columns <which>', 'what its columns mean: path=File,label=Diagnosis,reader=Rater', columnMapping)
    .option('--preview', 'say what would change, and change nothing')
    .addOption(
      new Option('--conflicts <whose>', 'where a person gave another label: keep mine, or take the one of the table')
        .choices(['mine', 'table'])
        .default('mine'),
    )
    .addOption(classNamesOption())
    .action((folder: string, csv: string, { columns = {}, preview = false, conflicts, classNames }: Options) =>
      run(async (session) => {
        const project = await session.open(folder);
        const input = { project, table: session.grant(csv), mapping: columns, classNames };
        if (preview) {
          const found = await session.request('dataset.readTable', { ...input, plan: null });
          return { result: { ...tableResult(found) }, text: describeTable(found) };
        }
        const applied = await session.request('dataset.applyTable', { ...input, conflicts });
        const kept = applied.changes.conflicts > 0 && conflicts === 'mine';
        const text = [
          `${applied.changed} images changed`,
          describeColumns(applied.columns),
          describeChanges(applied.changes),
          ...(kept
            ? [`${applied.changes.conflicts} labels of a person were kept (--conflicts table takes the table’s)`]
            : []),
          ...applied.problems.map((problem) => `\nNote: ${problem}`),
        ].join('\n');
        return { result: { ...applied }, text };
      }),
    );
}
