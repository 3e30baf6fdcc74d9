import { type Command, Option } from 'commander';
import type { Precision } from '#shared/models/precision';
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
  const bench = program.command('bench').description('measure training, prediction and import on this computer');
  const withOptions = (command: Command): Command =>
    command
      .option('--backbone <name>', 'an architecture or a backbone', 'vit-tiny-patch16-224')
      .option('--batch <n>', 'batch size', wholeNumber(1, 1024), 8)
      .addOption(new Option('--device <device>', 'compute device').choices(devices).default('auto'))
      .option('--threads <n>', 'threads; 0 = physical cores', wholeNumber(0, 256), 0)
      .option('--steps <n>', 'measured steps, after warm-up', wholeNumber(1, 10_000), 10);
  withOptions(bench.command('train').description('forward, backward and update')).action((options: Options) =>
    run(async (session) => {
      const result = await measure(session, 'train', options, ['fp32']);
      return { result: { ...result }, text: toText('train', result) };
    }),
  );
  withOptions(bench.command('predict').description('forward only'))
    .addOption(
      new Option('--precision <precision>', 'fp32, int8 (CPU only) or both')
        .choices(['fp32', 'int8', 'both'])
        .default('fp32'),
    )
    .option('--project <folder>', 'with --run: compare both precisions on the validation images of that model')
    .option('--run <run>', 'run id from `fovea runs`')
    .action((options: PredictOptions) => run((session) => benchPredict(session, options)));
  addBenchImport(bench, run);
}

async function measure(
  { services, interrupt }: Session,
  what: 'train' | 'predict',
  { backbone, batch, threads, steps, ...options }: Options,
  precisions: readonly Precision[],
): Promise<BenchResult> {
  // `auto` is measured on training only; predictions then use the CPU.
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
  const id = await session.open(project);
  const { value: comparison } = await session.run('exports.comparePrecisions', { project: id, run });
  const backbone = bestCheckpoint(runFolder(services.projects.get(id).folder, run));
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
