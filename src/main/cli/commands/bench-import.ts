import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { formatFixed } from '#shared/text/number';
import { formatDuration } from '#shared/text/time';
import { type SmallKind, smallKinds } from '../../ingest/sample/small-files';
import { makeTemporary } from '../../process/scratch';
import type { RunCommand } from '../command';
import { type ImportMeasurement, measureImport, writeSmallFiles } from '../measure-import';
import { facts, table } from '../table';
import { wholeNumber } from './numbers';

interface Options {
  readonly images: number;
  readonly kind: SmallKind;
  readonly seed: number;
  readonly from?: string;
  readonly keep?: string;
}

export function addBenchImport(bench: Command, run: RunCommand): void {
  bench
    .command('import')
    .description('import many small files into a temporary project and time the requests of the window')
    .option('--images <n>', 'number of generated 64 x 64 files', wholeNumber(1, 10_000_000), 2000)
    .addOption(new Option('--kind <kind>', 'format of the generated files').choices(smallKinds).default('mixed'))
    .option('--seed <n>', 'seed of the generated files', wholeNumber(0), 1)
    .option('--from <folder>', 'import this folder instead')
    .option('--keep <folder>', 'keep the files and project in this new or empty folder')
    .action((options: Options) =>
      run(async (session) => {
        const folder = options.keep === undefined ? await makeTemporary('fovea-bench') : resolve(options.keep);
        try {
          const source = options.from === undefined ? join(folder, 'files') : resolve(options.from);
          if (options.from === undefined) {
            await mkdir(source, { recursive: true });
            await writeSmallFiles(source, options.images, options.kind, options.seed);
          }
          const project = join(folder, 'project');
          const result = await measureImport(session, { source, project, userDataFolder: join(folder, 'user') });
          return { result: { ...result }, text: toText(result), interrupted: session.interrupt.aborted };
        } finally {
          if (options.keep === undefined) await rm(folder, { recursive: true, force: true });
        }
      }),
    );
}

function toText(result: ImportMeasurement): string {
  const { blocked } = result;
  const { main, hosts } = result.peakMemoryMB;
  return [
    facts([
      ['images', `${result.images} (${result.skipped} files skipped)`],
      ['images/s', formatFixed(result.imagesPerSecond, 1)],
      ['MB/s', formatFixed(result.megabytesPerSecond, 1)],
      ['scan', formatDuration(result.scanSeconds)],
      ['import', formatDuration(result.seconds)],
      ['duplicates', formatDuration(result.duplicatesSeconds)],
      [
        'peak memory',
        `${formatFixed(main, 0)} MiB, decoders ${hosts.map((one) => formatFixed(one, 0)).join(', ')} MiB`,
      ],
      [
        'longest block',
        `${formatFixed(blocked.scan, 0)} ms in the scan, ${formatFixed(blocked.import, 0)} in the import, ${formatFixed(blocked.duplicates, 0)} in the search for duplicates`,
      ],
    ]),
    table(
      ['request', 'ms, slowest', 'ms blocked'],
      result.requests.map(({ what, milliseconds, blocked }) => [
        what,
        Number(formatFixed(milliseconds, 1)),
        Number(formatFixed(blocked, 1)),
      ]),
    ),
  ].join('\n\n');
}
