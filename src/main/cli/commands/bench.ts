import { type Command, Option } from 'commander';
import type { Precision, PrecisionComparison } from '#shared/models/precision';
import { type Device, devices } from '#shared/models/run-config';
import { formatFixed } from '#shared/text/number';
import { cancelOnAbort } from '../../engine-host/client/cancel-on-abort';
import type { BenchResult, SpeedMeasurement } from '../../engine-host/core/protocol';
import { runFolder } from '../../services/project/project-paths';
import { bestCheckpoint } from '../../services/run-records/run-files';
import { usedDevice } from '../../services/runs/used-device';
import type { RunCommand } from '../command';
import { type Outcome, UsageError } from '../outcome';
import { describePrecisions } from '../precision-text';
import type { Session } from '../session';
import { facts } from '../table';
import { addBenchImport } from './bench-import';
import { wholeNumber } from './numbers';

interface Options {
  readonly backbone: string;
  readonly batch: number;
  readonly device: Device;
  readonly threads: number;
  readonly steps: number;
}

interface PredictOptions extends Options {
  readonly precision: Precision | 'both';
  readonly project?: string;
  readonly run?: string;
}

export function addBench(program: Command, run: RunCommand): void {
  const bench = program.command('bench').description('measure this machine: training, prediction, import');
  const withOptions = (command: Command): Command =>
    command
      .option('--backbone <name>', 'an architecture or a backbone', 'vit-tiny-patch16-224')
      .option('--batch <n>', 'images at once', wholeNumber(1, 1024), 8)
      .addOption(new Option('--device <device>', 'what computes').choices(devices).default('auto'))
      .option('--threads <n>', '0 = physical cores', wholeNumber(0, 256), 0)
      .option('--steps <n>', 'measured, after warm-up', wholeNumber(1, 10_000), 10);
  withOptions(bench.command('train').description('forward, backward and update')).action((options: Options) =>
    run(async (session) => {
      const result = await measure(session, 'train', options, ['fp32']);
      return { result: { ...result }, text: toText('train', result) };
    }),
  );
  withOptions(bench.command('predict').description('forward only'))
    .addOption(
      new Option('--precision <precision>', 'fp32, int8 (on the CPU), or both in turn')
        .choices(['fp32', 'int8', 'both'])
        .default('fp32'),
    )
    .option('--project <folder>', 'with --run: that model, and both precisions on its validation images')
    .option('--run <run>', 'as in `fovea runs`')
    .action((options: PredictOptions) => run((session) => benchPredict(session, options)));
  addBenchImport(bench, run);
}

async function measure(
  { services, interrupt }: Session,
  what: 'train' | 'predict',
  { backbone, batch, threads, steps, ...options }: Options,
  precisions: readonly Precision[],
): Promise<BenchResult> {
  // The measurement behind `auto` is one of training; predictions take the CPU then.
  const device = what === 'train' ? (await usedDevice(services.engine, options.device)).device : options.device;
  const call = services.engine.request('bench', { what, backbone, batch, device, threads, steps, precisions });
  return cancelOnAbort(call, interrupt);
}

async function benchPredict(session: Session, options: PredictOptions): Promise<Outcome> {
  const { project, run } = options;
  if ((project === undefined) !== (run === undefined)) {
    throw new UsageError('--project and --run go together.', 'For example: --project breast --run RUN');
  }
  const precisions = options.precision === 'both' ? (['fp32', 'int8'] as const) : [options.precision];
  if (project === undefined || run === undefined) {
    const result = await measure(session, 'predict', options, precisions);
    return { result: { ...result }, text: toText('predict', result) };
  }
  const { services } = session;
  const open = services.projects.get(await session.open(project));
  const { value: comparison } = await session.finish<PrecisionComparison>(services.precisionCheck.start(open, run).id);
  const backbone = bestCheckpoint(runFolder(open.folder, run));
  const result = await measure(session, 'predict', { ...options, backbone }, precisions);
  return {
    result: { ...result, comparison },
    text: `${toText('predict', result)}\n\n${describePrecisions(comparison)}`,
  };
}

function toText(what: string, result: BenchResult): string {
  const { backbone, batch, device, threads, others } = result;
  return [
    facts([
      ['what', `${what}, ${backbone}, batch ${batch}, ${device}, ${threads} threads`],
      ['precision', result.precision],
      ...speed(result),
      ['peak memory', `${formatFixed(result.peakMemoryMB, 0)} MiB`],
      ['loader images/s', formatFixed(result.loaderImagesPerSecond, 1)],
    ]),
    ...others.map((other) =>
      facts([
        ['precision', other.precision],
        ...speed(other),
        [`against ${result.precision}`, `${formatFixed(other.imagesPerSecond / result.imagesPerSecond, 2)} x images/s`],
      ]),
    ),
  ].join('\n\n');
}

const speed = (one: SpeedMeasurement): (readonly [string, string])[] => [
  ['images/s', formatFixed(one.imagesPerSecond, 2)],
  [
    'ms/image',
    `${formatFixed(one.millisecondsPerImage.p50, 1)} (median), ${formatFixed(one.millisecondsPerImage.p95, 1)} (95 %)`,
  ],
  ['GFLOP/image', formatFixed(one.flops / 1e9, 2)],
  ['Gemm GFLOP/s', formatFixed(one.gemmGflops, 1)],
  ['utilisation', `${formatFixed(100 * one.utilisation, 1)} %`],
];
