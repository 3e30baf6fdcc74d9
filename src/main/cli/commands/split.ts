import { type Command, Option } from 'commander';
import { type SplitSummary, splitParts } from '#shared/models/dataset';
import type { FoldPlan } from '#shared/models/experiment';
import { FEWEST_FOLDS, MOST_FOLDS } from '#shared/splitting/folds';
import type { Run } from '../program';
import { table } from '../table';
import { share, wholeNumber } from './numbers';

interface Options {
  readonly validation?: number;
  readonly test?: number;
  readonly seed?: number;
  readonly group?: 'patient' | 'none';
  readonly duplicates: boolean;
  readonly folds?: number;
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
    .option(
      '--folds <n>',
      `show the train and validation images in ${FEWEST_FOLDS} to ${MOST_FOLDS} folds, as cross-validate deals them`,
      wholeNumber(FEWEST_FOLDS, MOST_FOLDS),
    )
    .action((folder: string, { duplicates, folds, ...options }: Options) =>
      run(async (session) => {
        const project = await session.open(folder);
        const summary = await session.request('dataset.split', {
          project,
          request: { ...options, keepDuplicatesTogether: duplicates },
        });
        const { counts, ...rest } = summary;
        if (folds === undefined) return { result: { splits: counts, ...rest }, text: toText(summary) };
        const seed = options.seed ?? summary.seed;
        const plan = await session.request('experiments.planFolds', { project, folds, seed });
        const named = plan.folds.map((fold, index) => [`fold ${index + 1}`, fold.counts] as const);
        return {
          result: {
            ...rest,
            parts: counts,
            splits: { ...Object.fromEntries(named), test: counts.test },
            ...plan,
            warnings: [...rest.warnings, ...plan.warnings],
          },
          text: `${toText(summary)}\n\n${foldText(plan, seed)}`,
        };
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

function foldText({ folds, groupsAcrossFolds, problems, warnings }: FoldPlan, seed: number): string {
  const labels = Object.keys(folds[0]?.counts ?? {});
  return [
    table(
      ['fold', ...labels, 'patients'],
      folds.map(({ counts, patients }, index) => [index + 1, ...labels.map((label) => counts[label] ?? 0), patients]),
    ),
    `Of the train and validation images; seed ${seed}; groups in more than one fold: ${groupsAcrossFolds}`,
    ...[...problems, ...warnings].map((note) => `Note: ${note}`),
  ].join('\n');
}
