import { type Command, Option } from 'commander';
import { type SplitName, splitNames } from '#shared/models/dataset';
import { type DeidentifiedOptions, type DeidentifiedResult, heldBackText } from '#shared/models/deidentified-export';
import { RESEARCH_USE } from '#shared/research-use';
import { formatQuantity } from '#shared/text/number';
import { formatDuration, formatRate } from '#shared/text/time';
import type { RunCommand } from '../command';
import { table } from '../table';

interface Options {
  readonly dates: 'remove' | 'shift';
  readonly includeBurnedIn?: boolean;
  readonly split?: SplitName;
  readonly labelledOnly?: boolean;
}

export function addDeidentify(program: Command, run: RunCommand): void {
  program
    .command('deidentify')
    .description('export de-identified copies of the images (DICOM PS3.15, Basic Profile)')
    .argument('<project>', 'the project folder')
    .argument('<out>', 'a new or empty folder')
    .addOption(
      new Option('--dates <how>', 'remove dates, or shift them by a secret number of days per patient')
        .choices(['remove', 'shift'])
        .default('remove'),
    )
    .option('--include-burned-in', 'include files whose pixels may identify the patient; pixels are never changed')
    .addOption(new Option('--split <split>', 'export one split only').choices(splitNames))
    .option('--labelled-only', 'skip images without a label')
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

const MAX_ROWS = 20;

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
    `${formatQuantity(written, 'file')}${patients === null ? ', patients unknown,' : ` of ${formatQuantity(patients, 'patient')}`} in ${formatDuration(seconds)} (${formatRate(filesPerSecond, 'files')})`,
    ...(rows.length === 0
      ? []
      : [
          `\n${formatQuantity(heldBack.length, 'file')} held back, ${failed.length} failed:`,
          table(['file', 'image', 'why'], rows.slice(0, MAX_ROWS)),
          ...(rows.length > MAX_ROWS ? [`… and ${rows.length - MAX_ROWS} more: see report.json`] : []),
        ]),
    ...(heldBack.some(({ reason }) => reason !== 'hidden-data')
      ? ['Use --include-burned-in to include files held back for possible burned-in text.']
      : []),
    ...(renamedClasses.length > 0
      ? [
          `Some class names contained a name, number or date of a patient. They were exported as: ${renamedClasses.join(', ')}.`,
        ]
      : []),
    '\nPixels were not changed: anything visible in an image is still there. See report.html.',
    RESEARCH_USE,
  ].join('\n');
}
