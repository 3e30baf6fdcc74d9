import type { Command } from 'commander';
import { filterInWords, fitInWords } from '#shared/imaging/preparation-text';
import type { BatchCheck } from '#shared/models/batch-check';
import { RESEARCH_USE } from '#shared/research-use';
import { batchRows, viewNames } from '#shared/text/batch-text';
import type { RunCommand } from '../command';
import { table } from '../table';
import { addConfigOptions, type ConfigOptions, configurationOf } from './config-options';

export function addCheckPipeline(program: Command, run: RunCommand): void {
  const command = program
    .command('check-pipeline')
    .description('show the first training batch of a run as the network gets it; nothing is trained')
    .argument('<project>', 'the project folder');
  addConfigOptions(command).action((folder: string, options: ConfigOptions) =>
    run(async (session) => {
      const config = await configurationOf(session, options);
      const project = await session.open(folder);
      const { value } = await session.run('runs.checkBatch', { project, config });
      const { shape, pipeline, views } = value;
      const statistics = views.map((view) => ({ kind: view.kind, ...view.statistics }));
      const images = views[0]?.pictures.map(({ image, label }) => ({ image, label })) ?? [];
      return { result: { shape, pipeline, views: statistics, images }, text: describe(value) };
    }),
  );
}

function describe({ shape, pipeline, views }: BatchCheck): string {
  const columns = views.map(({ statistics }) => batchRows(statistics));
  const rows = (columns[0] ?? []).map(([name], row) => [name, ...columns.map((one) => one[row]?.[1] ?? '')]);
  return [
    `Batch: ${shape.join(' × ')} (images × channels × height × width)`,
    `Fit: ${fitInWords(pipeline)}`,
    `Interpolation: ${filterInWords(pipeline)}`,
    `Mean: ${pipeline.mean.join(', ')}; standard deviation: ${pipeline.std.join(', ')}`,
    table(['', ...views.map(({ kind }) => viewNames[kind])], rows),
    RESEARCH_USE,
  ].join('\n');
}
