import type { Command } from 'commander';
import { RESEARCH_USE } from '#shared/research-use';
import { formatFixed } from '#shared/text/number';
import type { RateFinding } from '../../engine-host/core/protocol';
import type { RunCommand } from '../command';
import { table } from '../table';
import { addConfigOptions, type ConfigOptions, configurationOf } from './config-options';

/** Table rows; a test has a hundred steps. */
const ROWS = 20;

export function addFindRate(program: Command, run: RunCommand): void {
  const command = program
    .command('find-rate')
    .description('test increasing learning rates and suggest one; no model is kept')
    .argument('<project>', 'the project folder');
  addConfigOptions(command).action((folder: string, options: ConfigOptions) =>
    run(async (session) => {
      const config = await configurationOf(session, options);
      const project = await session.open(folder);
      const { value } = await session.run('rates.find', { project, config });
      return { result: { ...value }, text: describe(value) };
    }),
  );
}

function describe({ stage, points, suggestion }: RateFinding): string {
  const every = Math.max(1, Math.floor(points.length / ROWS));
  return [
    `Trained layers: ${stage.toLowerCase()}`,
    table(
      ['learning rate', 'loss', 'smoothed'],
      points
        .filter((_, index) => index % every === 0)
        .map(({ learningRate, loss, smoothedLoss }) => [
          learningRate.toExponential(1),
          formatFixed(loss, 4),
          formatFixed(smoothedLoss, 4),
        ]),
    ),
    suggestion === null
      ? 'The loss did not fall at any learning rate: check the labels and the backbone.'
      : `Suggested: --set learningRate=${Number(suggestion.toPrecision(2))}`,
    RESEARCH_USE,
  ].join('\n');
}
