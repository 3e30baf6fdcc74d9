import { type Command, Option } from 'commander';
import { type SplitSummary, splitParts } from '#shared/models/dataset';
import type { Run } from '../program';
import { table } from '../table';
import { share, wholeNumber } from './numbers';

interface Options {
  readonly validation?: number;
  readonly test?: number;
  readonly seed?: number;
  readonly group?: 'patient' | 'none';
}

export function addSplit(program: Command, run: Run): void {
  program
    .command('split')
    .description('divide the images into train, validation and test, whole patients together')
    .argument('<project>', 'the project folder')
    .option('--validation <share>', 'share of the images, 0.2 by default', share(0.9))
    .option('--test <share>', 'share of the images, 0.2 by default', share(0.9))
    .option('--seed <n>', 'of the shuffle, 42 by default', wholeNumber(0))
    .addOption(new Option('--group <how>', 'what stays together').choices(['patient', 'none']))
    .action((folder: string, options: Options) =>
      run(async (session) => {
        const project = await session.open(folder);
        const summary = await session.request('dataset.split', { project, request: options });
        const { counts, ...rest } = summary;
        return { result: { splits: counts, ...rest }, text: toText(summary) };
      }),
    );
}

function toText({ counts, patients, groupsAcrossSplits, warnings, group, seed }: SplitSummary): string {
  const labels = [...new Set(splitParts.flatMap((part) => Object.keys(counts[part])))].sort();
  return [
    table(
      ['part', ...labels, 'patients'],
      splitParts.map((part) => [part, ...labels.map((label) => counts[part][label] ?? 0), patients[part]]),
    ),
    `Grouped by ${group}, seed ${seed}; patients in more than one part: ${groupsAcrossSplits}`,
    ...warnings.map((warning) => `Note: ${warning}`),
  ].join('\n');
}
