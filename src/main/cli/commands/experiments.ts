import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseSettingValue } from '#shared/experiments/settings';
import type { SettingValue } from '#shared/models/membership';
import { MAX_FOLDS, MIN_FOLDS } from '#shared/splitting/folds';
import { guideLearningRates } from '#shared/training/learning-rate-list';
import type { RunCommand } from '../command';
import { UsageError } from '../outcome';
import type { Session } from '../session';
import { table } from '../table';
import { addConfigOptions, type ConfigOptions, configurationOf } from './config-options';
import { experimentOutcome, finishExperiment } from './finish-runs';
import { wholeNumber } from './numbers';

interface SweepOptions extends ConfigOptions {
  readonly key: string;
  readonly values: readonly SettingValue[];
  readonly name?: string;
  readonly resume?: string;
}

interface FoldsOptions extends ConfigOptions {
  readonly folds: number;
  readonly seed: number;
  readonly name?: string;
  readonly resume?: string;
}

/** Adds `sweep` and `cross-validate`, and the commands that show their results. */
export function addExperiments(program: Command, run: RunCommand): void {
  addConfigOptions(
    program
      .command('sweep')
      .description('train one run per value of a setting and compare them; Ctrl-C pauses')
      .argument('<project>', 'the project folder'),
  )
    .option('--key <setting>', 'setting to vary; use dots for groups', 'learningRate')
    .addOption(
      new Option('--values <list>', 'comma-separated values; the learning rates 1e-5,2e-5,5e-5,1e-4 by default')
        .argParser(settingValues)
        .default(guideLearningRates, '1e-5,2e-5,5e-5,1e-4'),
    )
    .option('--name <name>', 'name of the sweep')
    .option('--resume <experiment>', 'continue a paused sweep')
    .action((folder: string, options: SweepOptions, command: Command) =>
      run(async (session) => {
        const { key, values, name, resume } = options;
        if (resume === undefined && key !== 'learningRate' && command.getOptionValueSource('values') === 'default') {
          throw new UsageError(`Give the values for ${key}.`, 'For example: --values 5,10,20');
        }
        const config = resume === undefined ? await configurationOf(session, options) : null;
        const project = await session.open(folder);
        if (config === null) return resumeExperiment(session, project, resume ?? '');
        const { id } = await session.request('experiments.sweep', {
          project,
          config,
          key,
          values: [...values],
          ...(name === undefined ? {} : { name }),
        });
        return finishExperiment(session, project, id);
      }),
    );

  addConfigOptions(
    program
      .command('cross-validate')
      .description(
        'train one run per fold of the training and validation images, and evaluate their predictions together',
      )
      .argument('<project>', 'the project folder'),
  )
    .option('--folds <n>', `number of folds, ${MIN_FOLDS} to ${MAX_FOLDS}`, wholeNumber(MIN_FOLDS, MAX_FOLDS), 5)
    .option('--seed <n>', 'seed of the folds', wholeNumber(0), 42)
    .option('--name <name>', 'name of the cross-validation')
    .option('--resume <experiment>', 'continue a paused cross-validation')
    .action((folder: string, options: FoldsOptions) =>
      run(async (session) => {
        const { folds, seed, name, resume } = options;
        const config = resume === undefined ? await configurationOf(session, options) : null;
        const project = await session.open(folder);
        if (config === null) return resumeExperiment(session, project, resume ?? '');
        const { id } = await session.request('experiments.crossValidate', {
          project,
          config,
          folds,
          seed,
          ...(name === undefined ? {} : { name }),
        });
        return finishExperiment(session, project, id);
      }),
    );

  program
    .command('experiments')
    .description('list the sweeps and cross-validations of a project, newest first')
    .argument('<project>', 'the project folder')
    .action((folder: string) =>
      run(async (session) => {
        const { experiments } = await session.request('experiments.list', { project: await session.open(folder) });
        const rows = experiments.map(({ id, kind, name, members }) => [id, kind, name, members.length]);
        return {
          result: { experiments },
          text: rows.length === 0 ? 'No experiments yet.' : table(['experiment', 'kind', 'name', 'runs'], rows),
        };
      }),
    );

  program
    .command('experiment')
    .description('show the results of a sweep or cross-validation')
    .argument('<project>', 'the project folder')
    .argument('<experiment>', 'experiment id from `fovea experiments`')
    .action((folder: string, id: string) =>
      run(async (session) => {
        const project = await session.open(folder);
        const detail = await session.request('experiments.get', { project, experiment: id });
        return experimentOutcome(detail, session.services.projects.get(project).folder);
      }),
    );
}

async function resumeExperiment(session: Session, project: string, experiment: string) {
  await session.request('experiments.resume', { project, experiment });
  return finishExperiment(session, project, experiment);
}

function settingValues(text: string): SettingValue[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.some((part) => part === '')) throw new InvalidArgumentError('Separate the values with commas.');
  return parts.map(parseSettingValue);
}
