import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { devices, presets, type RunConfig } from '#shared/models/run-config';
import { buildRunConfig, readConfigFile } from '../configuration';
import { UsageError } from '../outcome';
import { collect, positiveNumber } from './numbers';

/** Options that specify a run's configuration. */
export interface ConfigOptions {
  readonly backbone?: string;
  readonly preset?: string;
  readonly device?: string;
  readonly minutes?: number;
  readonly config?: string;
  readonly set?: readonly string[];
}

export const addConfigOptions = (command: Command): Command =>
  command
    .option('--backbone <name>', 'an architecture, an imported backbone or a folder')
    .addOption(new Option('--preset <preset>', 'how much of the backbone to train').choices(presets))
    .addOption(new Option('--device <device>', 'compute device').choices(devices))
    .option('--minutes <n>', 'time for the preset auto', positiveNumber)
    .option('--config <file>', "JSON file of settings, or a run's config.json")
    .option('--set <key=value>', 'one setting; use dots for groups (augmentation.enabled=false)', collect);

export async function configurationOf(options: ConfigOptions): Promise<RunConfig> {
  if (options.backbone === undefined && options.config === undefined) {
    throw new UsageError('Choose a backbone to train.', 'For example: --backbone vit-micro');
  }
  const file = options.config === undefined ? {} : await readConfigFile(options.config);
  const { preset, device, minutes } = options;
  const backbone = options.backbone === undefined ? undefined : asFolder(options.backbone);
  return buildRunConfig(file, { backbone, preset, device, minutes }, options.set ?? []);
}

/** Makes a folder given relative to the working directory absolute, for the run's record. */
function asFolder(backbone: string): string {
  const folder = resolve(backbone);
  return existsSync(join(folder, 'config.json')) ? folder : backbone;
}
