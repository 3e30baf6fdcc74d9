import { type Command, Option } from 'commander';
import { type SplitPart, splitParts } from '#shared/models/dataset';
import { type DeidentifiedOptions, type DeidentifiedResult, heldBackText } from '#shared/models/deidentified-export';
import { RESEARCH_USE } from '#shared/research-use';
import { formatFixed, formatQuantity } from '#shared/text/number';
import type { RunCommand } from '../command';
import { table } from '../table';

interface Options {
  readonly dates: 'remove' | 'shift';
  readonly includeBurnedIn?: boolean;
  readonly split?: SplitPart;
  readonly labelledOnly?: boolean;
}

export function addDeidentify(program: Command, run: RunCommand): void {
  program
    .command('deidentify')
    .description('copy the images of a project without what says whose they are (DICOM PS3.15, Basic Profile)')
    .argument('<project>', 'the project folder')
    .argument('<out>', 'a new or empty folder')
    .addOption(
      new Option('--dates <how>', 'remove dates, or shift them by a secret number of days a patient')
        .choices(['remove', 'shift'])
        .default('remove'),
    )
    .option('--include-burned-in', 'write files too whose pixels may show who it is of; pixels are never cleaned')
    .addOption(new Option('--split <part>', 'one part of the split').choices(splitParts))
    .option('--labelled-only', 'leave out images without a label')
    .action((folder: string, out: string, options: Options) =>
      run(async (session) => {
        const project = await session.open(folder);
        const parsed: DeidentifiedOptions = {
          dates: options.dates,
          includeRisky: options.includeBurnedIn === true,
          split: options.split ?? null,
          labelledOnly: options.labelledOnly === true,
        };
        const target = { folder: session.grant(out) };
        const { value } = await session.run('exports.deidentify', { project, options: parsed, target });
        return { result: { ...value, options: parsed }, text: toText(value) };
      }),
    );
}

const MOST_ROWS = 20;

function toText({
  folder,
  written,
  patients,
  heldBack,
  renamedClasses,
  failed,
  seconds,
  filesPerSecond,
}: DeidentifiedResult): string {
  const rows = [
    ...heldBack.map((one) => [one.file, one.image, heldBackText(one)]),
    ...failed.map(({ file, image, message }) => [file, image, message]),
  ];
  return [
    folder,
    `${formatQuantity(written, 'file')}${patients === null ? ', patients not known,' : ` of ${formatQuantity(patients, 'patient')}`} in ${formatFixed(seconds, 1)} s (${formatFixed(filesPerSecond, 1)}/s)`,
    ...(rows.length === 0
      ? []
      : [
          `\n${formatQuantity(heldBack.length, 'file')} held back, ${failed.length} failed:`,
          table(['file', 'image', 'why'], rows.slice(0, MOST_ROWS)),
          ...(rows.length > MOST_ROWS ? [`… and ${rows.length - MOST_ROWS} more: see report.json`] : []),
        ]),
    ...(heldBack.some(({ reason }) => reason !== 'hidden-data')
      ? ['--include-burned-in writes those that were held back for what their pictures may show.']
      : []),
    ...(renamedClasses.length > 0
      ? [`Names of classes held a name, number or date of a patient; here they are: ${renamedClasses.join(', ')}.`]
      : []),
    '\nPixels were not cleaned: what can be seen in a picture is still there. See report.html.',
    RESEARCH_USE,
  ].join('\n');
}
