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
  readonly duplicates: boolean;
}

export function addSplit(program: Command, run: Run): void {
  program
    .command('split')
    .description('divide the images into train, validation and test, whole patients and near duplicates together')
    .argument('<project>', 'the project folder')
    .option('--validation <share>', 'share of the images, 0.2 by default', share(0.9))
    .option('--test <share>', 'share of the images, 0.2 by default', share(0.9))
    .option('--seed <n>', 'of the shuffle, 42 by default', wholeNumber(0))
    .addOption(new Option('--group <how>', 'what stays together').choices(['patient', 'none']))
    .option('--no-duplicates', 'do not keep images that look alike together')
    .action((folder: string, { duplicates, ...options }: Options) =>
      run(async (session) => {
        const project = await session.open(folder);
        const summary = await session.request('dataset.split', {
          project,
          request: { ...options, keepDuplicatesTogether: duplicates },
        });
        const { counts, ...rest } = summary;
        return { result: { splits: counts, ...rest }, text: toText(summary) };
      }),
    );
}

function toText(summary: SplitSummary): string {
  const { counts, patients, patientsAcrossSplits, duplicatesAcrossSplits, warnings, group, seed } = summary;
  const labels = [...new Set(splitParts.flatMap((part) => Object.keys(counts[part])))].sort();
  return [
    table(
      ['part', ...labels, 'patients'],
      splitParts.map((part) => [part, ...labels.map((label) => counts[part][label] ?? 0), patients[part]]),
    ),
    `Grouped by ${group}, near duplicates ${summary.keepDuplicatesTogether ? '' : 'not '}kept together, seed ${seed}`,
    `In more than one part: patients ${patientsAcrossSplits}, groups of duplicates ${duplicatesAcrossSplits}`,
    ...warnings.map((warning) => `Note: ${warning}`),
  ].join('\n');
}
