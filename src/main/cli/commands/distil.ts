import type { Command } from 'commander';
import type { JobResult } from '#shared/ipc/contract';
import { REDUCED_STUDENT } from '#shared/models/distillation';
import { formatCount, formatFixed } from '#shared/text/number';
import type { RunCommand } from '../command';
import { positiveNumber } from './numbers';

export function addDistil(program: Command, run: RunCommand): void {
  program
    .command('distil')
    .description("train a small backbone to imitate a large one on the project's images, labelled or not")
    .argument('<project>', 'the project folder')
    .requiredOption('--teacher <backbone>', 'a pretrained backbone from `fovea backbone list`')
    .option('--student <name>', `an architecture, or ${REDUCED_STUDENT}: half of the teacher`, REDUCED_STUDENT)
    .requiredOption('--name <name>', 'name of the new backbone')
    .option('--minutes <n>', 'training time; when interrupted, the same command continues', positiveNumber, 60)
    .action((folder: string, options: { teacher: string; student: string; name: string; minutes: number }) =>
      run(async (session) => {
        const project = await session.open(folder);
        const { value } = await session.run('distillations.start', { project, ...options });
        return { result: { ...value }, text: describe(value) };
      }),
    );
}

function describe({ backbone, errors, images, steps }: JobResult<'distillations.start'>): string {
  return [
    `${backbone.name}: ${formatCount(steps)} steps on ${formatCount(images)} images.`,
    ...(errors === null
      ? []
      : [
          `Errors on other images, where a constant has 1: CLS ${formatFixed(errors.cls, 3)}, patches ${formatFixed(errors.patches, 3)}, their mean ${formatFixed(errors.mean, 3)}.`,
        ]),
    `Train with it: --backbone "${backbone.name}"`,
  ].join('\n');
}
