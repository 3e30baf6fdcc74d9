import type { Command } from 'commander';
import type { BackboneSummary } from '#shared/models/backbone';
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
    .description('import a Hugging Face folder (config.json and model.safetensors)')
    .argument('<folder>')
    .option('--name <name>', "name of the backbone; the folder's name by default")
    .action((folder: string, options: { name?: string }) =>
      run(async (session) => {
        const imported = await session.request('backbones.import', { grant: session.grant(folder), ...options });
        return { result: { backbones: [imported] }, text: [toText([imported]), ...imported.notes].join('\n') };
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
