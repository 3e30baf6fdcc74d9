import { type Command, Option } from 'commander';
import { type Device, devices } from '#shared/models/run-config';
import type { BenchResult } from '../../engine-host/protocol';
import type { Run } from '../program';
import { decimals, facts } from '../table';
import { wholeNumber } from './numbers';

interface Options {
  readonly backbone: string;
  readonly batch: number;
  readonly device: Device;
  readonly threads: number;
  readonly steps: number;
}

export function addBench(program: Command, run: Run): void {
  const bench = program.command('bench').description('measure the engine on this machine');
  for (const what of ['train', 'predict'] as const) {
    bench
      .command(what)
      .description(what === 'train' ? 'forward, backward and update' : 'forward only')
      .option('--backbone <name>', 'an architecture or a backbone', 'vit-tiny-patch16-224')
      .option('--batch <n>', 'images at once', wholeNumber(1, 1024), 8)
      .addOption(new Option('--device <device>', 'what computes').choices(devices).default('auto'))
      .option('--threads <n>', '0 = physical cores', wholeNumber(0, 256), 0)
      .option('--steps <n>', 'measured, after warm-up', wholeNumber(1, 10_000), 10)
      .action((options: Options) =>
        run(async ({ services, interrupt }) => {
          const call = services.engine.request('bench', { what, ...options });
          interrupt.addEventListener('abort', () => call.control('cancel'), { once: true });
          const result = await call.result;
          return { result: { ...result }, text: toText(what, result) };
        }),
      );
  }
}

function toText(what: string, result: BenchResult): string {
  return facts([
    ['what', `${what}, ${result.backbone}, batch ${result.batch}, ${result.device}, ${result.threads} threads`],
    ['images/s', decimals(result.imagesPerSecond, 2)],
    [
      'ms/image',
      `${decimals(result.millisecondsPerImage.p50, 1)} (median), ${decimals(result.millisecondsPerImage.p95, 1)} (95 %)`,
    ],
    ['GFLOP/image', decimals(result.flops / 1e9, 2)],
    ['Gemm GFLOP/s', decimals(result.gemmGflops, 1)],
    ['utilisation', `${decimals(100 * result.utilisation, 1)} %`],
    ['peak memory', `${decimals(result.peakMemoryMB, 0)} MiB`],
    ['loader images/s', decimals(result.loaderImagesPerSecond, 1)],
  ]);
}
