import type { Command } from 'commander';
import type { RunCommand } from '../command';
import { addConfigOptions, type ConfigOptions, configurationOf } from './config-options';
import { finishExperiment } from './finish-runs';
import { share, wholeNumber } from './numbers';

interface Options extends ConfigOptions {
  readonly validation?: number;
  readonly test?: number;
  readonly seed: number;
  readonly name?: string;
  readonly resume?: string;
}

export function addLeak(program: Command, run: RunCommand): void {
  addConfigOptions(
    program
      .command('leak')
      .description('train the same run on a split with and without a leak, and compare their test results')
      .argument('<project>', 'the project folder'),
  )
    .option('--validation <share>', 'share of the images, 0.2 by default', share(0.9))
    .option('--test <share>', 'share of the images, 0.2 by default', share(0.9))
    .option('--seed <n>', 'seed of both splits; the current split does not change', wholeNumber(0), 42)
    .option('--name <name>', 'name of the measurement')
    .option('--resume <experiment>', 'continue a paused measurement')
    .action((folder: string, { validation, test, seed, name, resume, ...options }: Options) =>
      run(async (session) => {
        const config = resume === undefined ? await configurationOf(session, options) : null;
        const project = await session.open(folder);
        if (config === null) {
          await session.request('experiments.resume', { project, experiment: resume ?? '' });
          return finishExperiment(session, project, resume ?? '');
        }
        const { id } = await session.request('experiments.leak', {
          project,
          config,
          validation,
          test,
          seed,
          ...(name === undefined ? {} : { name }),
        });
        return finishExperiment(session, project, id);
      }),
    );
}
