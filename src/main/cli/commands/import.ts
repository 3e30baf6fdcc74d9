import { type Command, InvalidArgumentError } from 'commander';
import type { NameChoice } from '#shared/class-names/similar-names';
import { type FrameChoice, frameChoiceSchema, type ImportResult } from '#shared/models/dataset';
import type { ColumnMapping, TableAnswers } from '#shared/models/label-table';
import { imagesText } from '#shared/models/patient-count';
import { formatFixed, formatQuantity } from '#shared/text/number';
import type { RunCommand } from '../command';
import { UsageError } from '../outcome';
import { table } from '../table';
import {
  answerOption,
  classNamesOption,
  columnMapping,
  describeColumns,
  describeTable,
  tableResult,
} from './table-columns';

interface Options {
  readonly labels?: string;
  readonly columns?: ColumnMapping;
  readonly answer?: TableAnswers;
  readonly preview?: boolean;
  readonly groupPattern?: string;
  readonly copy?: boolean;
  readonly folderLabels: boolean;
  readonly folderSplits: boolean;
  readonly frames?: FrameChoice;
  readonly classNames: NameChoice;
}

export function addImport(program: Command, run: RunCommand): void {
  program
    .command('import')
    .description('add DICOM, PNG and JPEG files, or folders of them, to a project')
    .argument('<project>', 'the project folder')
    .argument('<path...>', 'files and folders')
    .option(
      '--labels <csv>',
      'a table with a column for path, accession number, UID or patient, and label, reader, patient, site or split columns',
    )
    .option('--columns <which>', 'what its columns mean: path=File,label=Diagnosis,reader=Rater', columnMapping)
    .option(...answerOption)
    .option('--preview', 'say what the table holds and fits, and import nothing')
    .option('--group-pattern <re>', 'a regular expression on the relative path; its first group is the patient')
    .option('--copy', 'copy the files into the project')
    .option('--frames <which>', 'of multi-frame files: first (default), middle, all, or every:N', frameChoice)
    .option('--no-folder-labels', 'do not take labels from class folders')
    .option('--no-folder-splits', 'do not take the split from train, validation and test folders')
    .addOption(classNamesOption())
    .action((folder: string, paths: string[], options: Options) =>
      run(async (session) => {
        const project = await session.open(folder);
        const plan = await session.request('dataset.scan', { project, grants: paths.map(session.grant) });
        const columns = options.columns ?? {};
        const answers = options.answer ?? {};
        const groupPattern = options.groupPattern ?? null;
        if (options.preview === true) {
          if (options.labels === undefined) throw new UsageError('--preview looks at a table: give one with --labels.');
          const grant = session.grant(options.labels);
          const { classNames } = options;
          const input = { project, plan: plan.id, table: grant, mapping: columns, answers, groupPattern, classNames };
          const preview = await session.request('dataset.readTable', input);
          return { result: { files: plan.files, table: tableResult(preview) }, text: describeTable(preview) };
        }
        const { job } = await session.request('dataset.import', {
          project,
          plan: plan.id,
          labels: options.labels === undefined ? null : session.grant(options.labels),
          options: {
            labelsFromFolders: options.folderLabels,
            splitsFromFolders: options.folderSplits,
            groupPattern,
            copy: options.copy === true,
            columns,
            answers,
            classNames: options.classNames,
            ...(options.frames === undefined ? {} : { frames: options.frames }),
          },
        });
        const { value, job: ended } = await session.finish<ImportResult>(job);
        return { result: { ...value }, text: toText(value), interrupted: ended.state === 'cancelled' };
      }),
    );
}

/** "first", "middle", "all" or "every:N". */
function frameChoice(text: string): FrameChoice {
  const every = /^every:(\d{1,5})$/.exec(text);
  const parsed = frameChoiceSchema.safeParse(
    every === null ? { kind: text } : { kind: 'every', step: Number(every[1]) },
  );
  if (!parsed.success) throw new InvalidArgumentError('Not first, middle, all or every:N.');
  return parsed.data;
}

function toText(result: ImportResult): string {
  const { added, duplicates, moved, skipped, classes, warnings, seconds, imagesPerSecond } = result;
  return [
    `Added ${imagesText(added, result)}, in ${formatFixed(seconds, 1)} s (${formatFixed(imagesPerSecond, 1)}/s)`,
    ...(duplicates > 0 ? [`${formatQuantity(duplicates, 'image')} in the project already`] : []),
    ...(moved > 0 ? [`${formatQuantity(moved, 'image')} found at a new place: the project knows it now`] : []),
    ...(result.columns === undefined ? [] : [describeColumns(result.columns)]),
    table(['class', 'images'], Object.entries(classes)),
    ...(skipped.length > 0
      ? [
          `\n${formatQuantity(skipped.length, 'file')} left out:`,
          table(
            ['file', 'why'],
            skipped.map((one) => [one.path, one.message]),
          ),
        ]
      : []),
    ...warnings.map((warning) => `\nNote: ${warning}`),
  ].join('\n');
}
