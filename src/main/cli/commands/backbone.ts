import type { Command } from 'commander';
import type { BackboneSummary } from '#shared/models/backbone';
import type { Recommendations } from '#shared/models/recommendation';
import { stepsByHand } from '#shared/text/checkpoint-by-hand';
import { machineText, roleTitles } from '#shared/text/machine-text';
import { formatBytes } from '#shared/text/number';
import { formatDuration } from '#shared/text/time';
import type { RunCommand } from '../command';
import { table } from '../table';

export function addBackbone(program: Command, run: RunCommand): void {
  const backbone = program.command('backbone').description('manage backbones');
  backbone
    .command('list')
    .description('list architectures, imported folders and known checkpoints')
    .action(() =>
      run(async (session) => {
        const { backbones } = await session.request('backbones.list', {});
        return { result: { backbones }, text: toText(backbones) };
      }),
    );
  backbone
    .command('import')
    .description('import a Hugging Face folder, a zip archive of one, or its files (config.json, model.safetensors, …)')
    .argument('<path...>')
    .option('--name <name>', "name of the backbone; the folder's or archive's name by default")
    .action((paths: string[], options: { name?: string }) =>
      run(async (session) => {
        const grants = paths.map((path) => session.grant(path));
        const { value } = await session.run('backbones.import', { grants, ...options });
        return { result: { backbones: [value] }, text: [toText([value]), ...value.notes].join('\n') };
      }),
    );
  backbone
    .command('download')
    .description('download a known checkpoint from Hugging Face')
    .argument('<name>', 'name from `fovea backbone list`')
    .action((name: string) =>
      run(async (session) => {
        const { value } = await session.run('backbones.download', { name });
        return { result: { backbones: [value] }, text: toText([value]) };
      }),
    );
  backbone
    .command('recommend')
    .description('recommend backbones for this machine, with the time to compute the features of 1,000 images')
    .action(() =>
      run(async (session) => {
        const result = await session.request('backbones.recommend', {});
        return { result, text: recommendationText(result) };
      }),
    );
}

function recommendationText({ machine, recommendations }: Recommendations): string {
  return [
    machineText(machine),
    '',
    table(
      ['', 'name', 'ready', 'download', '1,000 images', 'licence'],
      recommendations.map(({ role, backbone, secondsPerThousand }) => [
        roleTitles[role],
        backbone.name,
        backbone.installed ? 'yes' : 'no',
        backbone.downloadBytes === null ? '–' : formatBytes(backbone.downloadBytes),
        secondsPerThousand === null ? '–' : formatDuration(secondsPerThousand),
        backbone.licence ?? 'unknown',
      ]),
    ),
    ...recommendations.flatMap(({ backbone }) => [
      '',
      `${backbone.name}: ${[backbone.description, backbone.terms].filter((text) => text !== null).join(' ')}`,
      ...(backbone.installed
        ? []
        : backbone.gated
          ? stepsByHand(backbone)
          : [`Get it: fovea backbone download ${backbone.name}`]),
    ]),
  ].join('\n');
}

function toText(backbones: readonly BackboneSummary[]): string {
  return table(
    ['name', 'kind', 'parameters', 'px', 'ready', 'licence'],
    backbones.map((one) => [
      one.name,
      one.source,
      one.parameters,
      one.imageSize,
      one.installed ? 'yes' : 'no',
      one.licence ?? '–',
    ]),
  );
}
