import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { devices, presets, type RunConfig } from '#shared/models/run-config';
import { defaultBackbone } from '#shared/training/default-backbone';
import { buildRunConfig, readConfigFile } from '../configuration';
import { UsageError } from '../outcome';
import type { Session } from '../session';
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
    .option(
      '--backbone <name>',
      'an architecture, weights on this computer or a folder; by default the pretrained weights used last',
    )
    .addOption(new Option('--preset <preset>', 'how much of the backbone to train').choices(presets))
    .addOption(new Option('--device <device>', 'compute device').choices(devices))
    .option('--minutes <n>', 'time for the preset auto', positiveNumber)
    .option('--config <file>', "JSON file of settings, or a run's config.json")
    .option('--set <key=value>', 'one setting; use dots for groups (augmentation.enabled=false)', collect);

/**
 * The configuration that the options specify. Without a backbone it is the default of new runs, with the preset that
 * suits pretrained weights.
 */
export async function configurationOf(session: Session, options: ConfigOptions): Promise<RunConfig> {
  const file = options.config === undefined ? {} : await readConfigFile(options.config);
  const { preset, device, minutes } = options;
  const given = options.backbone === undefined ? undefined : asFolder(options.backbone);
  if (given !== undefined || options.config !== undefined) {
    return buildRunConfig(file, { backbone: given, preset, device, minutes }, options.set ?? []);
  }
  const backbone = await standardBackbone(session);
  return buildRunConfig(file, { backbone, preset: preset ?? 'quick', device, minutes }, options.set ?? []);
}

async function standardBackbone(session: Session): Promise<string> {
  const { backbones } = await session.request('backbones.list', {});
  const { lastBackbone } = await session.request('settings.get', {});
  const found = defaultBackbone(backbones, lastBackbone);
  if (found === null) {
    throw new UsageError(
      'Choose a backbone to train: no pretrained weights are on this computer.',
      'fovea backbone recommend shows how to get some; --backbone vit-micro starts from scratch.',
    );
  }
  session.stderr.write(`Backbone: ${found.name}\n`);
  return found.name;
}

/** Makes a folder given relative to the working directory absolute, for the run's record. */
function asFolder(backbone: string): string {
  const folder = resolve(backbone);
  return existsSync(join(folder, 'config.json')) ? folder : backbone;
}
