import { type Command, InvalidArgumentError } from 'commander';
import type { NameChoice } from '#shared/class-names/similar-names';
import { type FrameChoice, frameChoiceSchema, type ImportResult } from '#shared/models/dataset';
import type { ColumnMapping, TableAnswers } from '#shared/models/label-table';
import { imagesText } from '#shared/models/patient-count';
import { formatQuantity } from '#shared/text/number';
import { formatDuration, formatRate } from '#shared/text/time';
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
    .description('import DICOM, PNG and JPEG files or folders into a project')
    .argument('<project>', 'the project folder')
    .argument('<path...>', 'files and folders')
    .option(
      '--labels <csv>',
      'a label table: a path, accession number, UID or patient column, plus label, reader, patient, site or split columns',
    )
    .option('--columns <which>', 'columns of the table: path=File,label=Diagnosis,reader=Rater', columnMapping)
    .option(...answerOption)
    .option('--preview', 'show how the table matches the files, without importing')
    .option('--group-pattern <re>', 'a regular expression for the relative path whose first group is the patient')
    .option('--copy', 'copy the files into the project')
    .option('--frames <which>', 'frames of multi-frame files: first (default), middle, all or every:N', frameChoice)
    .option('--no-folder-labels', 'do not use folder names as labels')
    .option('--no-folder-splits', 'ignore train, validation and test folders')
    .addOption(classNamesOption())
    .action((folder: string, paths: string[], options: Options) =>
      run(async (session) => {
        const project = await session.open(folder);
        const plan = await session.request('dataset.scan', { project, grants: paths.map(session.grant) });
        const columns = options.columns ?? {};
        const answers = options.answer ?? {};
        const groupPattern = options.groupPattern ?? null;
        if (options.preview === true) {
          if (options.labels === undefined) throw new UsageError('--preview needs a table: give one with --labels.');
          const grant = session.grant(options.labels);
          const { classNames } = options;
          const input = { project, plan: plan.id, table: grant, mapping: columns, answers, groupPattern, classNames };
          const preview = await session.request('dataset.readTable', input);
          return { result: { files: plan.files, table: tableResult(preview) }, text: describeTable(preview) };
        }
        const { value, job } = await session.run('dataset.import', {
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
        return { result: { ...value }, text: toText(value), interrupted: job.state === 'cancelled' };
      }),
    );
}

/** Parses "first", "middle", "all" or "every:N". */
function frameChoice(text: string): FrameChoice {
  const every = /^every:(\d{1,5})$/.exec(text);
  const parsed = frameChoiceSchema.safeParse(
    every === null ? { kind: text } : { kind: 'every', step: Number(every[1]) },
  );
  if (!parsed.success) throw new InvalidArgumentError('Expected first, middle, all or every:N.');
  return parsed.data;
}

function toText(result: ImportResult): string {
  const { added, duplicates, moved, skipped, classes, warnings, seconds, imagesPerSecond } = result;
  return [
    `Added ${imagesText(added, result)}, in ${formatDuration(seconds)} (${formatRate(imagesPerSecond)})`,
    ...(duplicates > 0 ? [`${formatQuantity(duplicates, 'image')} already in the project`] : []),
    ...(moved > 0 ? [`${formatQuantity(moved, 'image')} had moved; their locations were updated`] : []),
    ...(result.columns === undefined ? [] : [describeColumns(result.columns)]),
    table(['class', 'images'], Object.entries(classes)),
    ...(skipped.length > 0
      ? [
          `\n${formatQuantity(skipped.length, 'file')} skipped:`,
          table(
            ['file', 'why'],
            skipped.map((one) => [one.path, one.message]),
          ),
        ]
      : []),
    ...warnings.map((warning) => `\nNote: ${warning}`),
  ].join('\n');
}
