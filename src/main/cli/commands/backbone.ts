import type { Command } from 'commander';
import type { BackboneSummary } from '#shared/models/backbone';
import type { RunCommand } from '../command';
import { table } from '../table';

export function addBackbone(program: Command, run: RunCommand): void {
  const backbone = program.command('backbone').description('models to start from');
  backbone
    .command('list')
    .description('architectures, imported folders and known checkpoints')
    .action(() =>
      run(async (session) => {
        const { backbones } = await session.request('backbones.list', {});
        return { result: { backbones }, text: toText(backbones) };
      }),
    );
  backbone
    .command('import')
    .description('take in a Hugging Face folder: config.json and model.safetensors')
    .argument('<folder>')
    .option('--name <name>', "the folder's by default")
    .action((folder: string, options: { name?: string }) =>
      run(async (session) => {
        const imported = await session.request('backbones.import', { grant: session.grant(folder), ...options });
        return { result: { backbones: [imported] }, text: [toText([imported]), ...imported.notes].join('\n') };
      }),
    );
  backbone
    .command('download')
    .description('fetch a known checkpoint from Hugging Face')
    .argument('<name>', 'as in `fovea backbone list`')
    .action((name: string) =>
      run(async (session) => {
        const { job } = await session.request('backbones.download', { name });
        await session.finish(job);
        const { backbones } = await session.request('backbones.list', {});
        const found = backbones.filter((one) => one.name === name);
        return { result: { backbones: found }, text: toText(found) };
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
