import { type Command, InvalidArgumentError } from 'commander';
import type { RunCommand } from '../command';
import { UsageError } from '../outcome';
import { table } from '../table';

interface Options {
  readonly majority?: boolean;
  readonly images?: readonly number[];
  readonly label?: string;
}

export function addAdjudicate(program: Command, run: RunCommand): void {
  program
    .command('adjudicate')
    .description('list and adjudicate images whose readers disagree')
    .argument('<project>', 'the project folder')
    .option('--majority', 'adjudicate images where more than half of the readers agree')
    .option('--images <numbers>', 'images to adjudicate, by listed number: 3,17', imageNumbers)
    .option('--label <class>', 'the class to assign')
    .action((folder: string, { majority = false, images, label }: Options) =>
      run(async (session) => {
        if ((images === undefined) !== (label === undefined))
          throw new UsageError('Give --images and --label together.');
        const project = await session.open(folder);
        let adjudicated = 0;
        if (images !== undefined && label !== undefined) {
          adjudicated += (await session.request('readers.adjudicate', { project, images: [...images], label })).changed;
        }
        if (majority) adjudicated += (await session.request('readers.takeMajority', { project })).changed;
        const { images: open } = await session.request('readers.disagreements', { project });
        const text = [
          ...(majority || images !== undefined ? [`${adjudicated} images adjudicated`, ''] : []),
          open.length === 0
            ? 'Nothing to adjudicate.'
            : table(
                ['image', 'file', 'label', 'readings'],
                open.map((one) => [
                  one.image,
                  one.path,
                  one.label ?? '-',
                  one.readings.map(({ reader, label: reading }) => `${reader}: ${reading}`).join(', '),
                ]),
              ),
        ].join('\n');
        return { result: { settled: adjudicated, open }, text };
      }),
    );
}

function imageNumbers(text: string): number[] {
  if (!/^\d{1,12}(?:,\d{1,12})*$/.test(text)) throw new InvalidArgumentError('Expected comma-separated numbers.');
  return text.split(',').map(Number);
}
