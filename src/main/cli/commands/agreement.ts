import { type Command, Option } from 'commander';
import type { ReadersSummary } from '#shared/models/readers';
import { RESEARCH_USE } from '#shared/research-use';
import { type KappaWeights, kappaWeights } from '#shared/statistics/agreement';
import { formatMetric } from '#shared/text/metric';
import { formatPercent } from '#shared/text/number';
import type { RunCommand } from '../command';
import { table } from '../table';

export function addAgreement(program: Command, run: RunCommand): void {
  program
    .command('agreement')
    .description('show reader agreement: Cohen’s kappa for each pair, Fleiss’ kappa for all readers')
    .argument('<project>', 'the project folder')
    .addOption(
      new Option('--weights <how>', 'weights of Cohen’s kappa, for classes ordered by name')
        .choices(kappaWeights)
        .default('none'),
    )
    .action((folder: string, { weights }: { weights: KappaWeights }) =>
      run(async (session) => {
        const summary = await session.request('readers.summary', { project: await session.open(folder), weights });
        return { result: { weights, ...summary }, text: toText(summary, weights) };
      }),
    );
}

function toText(summary: ReadersSummary, weights: KappaWeights): string {
  const { readers, pairs, group, perClass, classes } = summary;
  if (readers.length === 0) return 'No readings yet. Import a label table with a reader column.';
  const names = new Map(readers.map(({ id, name }) => [id, name]));
  const kappa = (one: ReadersSummary['group']['kappa']) => (one === null ? 'undefined' : formatMetric(one));
  const share = (value: number | null) => (value === null ? '-' : formatPercent(value));
  return [
    table(
      ['reader', 'readings', ...classes],
      readers.map(({ name, readings, byClass }) => [name, readings, ...byClass]),
    ),
    '',
    table(
      ['readers', '', 'images', 'same', weights === 'none' ? 'Cohen’s kappa' : `Cohen’s kappa, ${weights} weights`],
      pairs.map((pair) => [
        names.get(pair.first) ?? '',
        names.get(pair.second) ?? '',
        pair.images,
        share(pair.agreement?.value ?? null),
        pair.images === 0 ? '-' : kappa(pair.kappa),
      ]),
    ),
    '',
    `All readers: Fleiss’ kappa ${kappa(group.kappa)}, on ${group.images} images with two or more readings.`,
    '',
    table(
      ['class', 'readings', 'agreement', 'kappa, one versus rest'],
      perClass.map((one) => [one.label, one.readings, share(one.agreement), kappa(one.kappa)]),
    ),
    '',
    `${summary.disagreements} images with different readings, ${summary.toAdjudicate} to adjudicate (${summary.withMajority} with a majority): fovea adjudicate`,
    RESEARCH_USE,
  ].join('\n');
}
