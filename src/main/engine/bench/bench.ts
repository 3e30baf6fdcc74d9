import type { Precision } from '#shared/models/precision';
import type { EngineDevice } from '../backends/backend';
import { createBackend } from '../backends/create-backend';
import { countMultiplyAccumulates } from '../ir/count-operations';
import { createRandom, normal } from '../random';
import type { Classifier } from '../train/classification';
import { createClassifierOn } from '../train/classifier';
import { createSession } from '../train/create-session';
import { fastestPart } from '../train/fastest-part';
import { vitModel } from '../train/model';
import { buildLogitsProgram, buildTrainingForward } from '../train/programs';
import type { VitConfig } from '../vit/config';
import { initialiseParameters } from '../vit/initialise';
import { parameterGroups } from '../vit/parameters';
import { measureGemmRate } from './gemm-rate';

export interface BenchOptions {
  readonly config: VitConfig;
  readonly device: EngineDevice;
  readonly threads: number;
  readonly batch: number;
  /** Timed steps, after two untimed warm-up steps. */
  readonly steps: number;
}

export interface BenchMeasurement {
  /** Throughput of the median step. */
  readonly imagesPerSecond: number;
  readonly millisecondsPerImage: { readonly p50: number; readonly p95: number };
  /** FLOPs per image, from the matrix products of the graph: 2 x MACs for predict, 6 x MACs for train. */
  readonly flops: number;
  readonly gemmGflops: number;
  /** flops x imagesPerSecond / Gemm rate */
  readonly utilisation: number;
}

const WARM_UP_STEPS = 2;

/** FLOPs of one image's forward pass. */
export function forwardFlops(config: VitConfig): number {
  return 2 * countMultiplyAccumulates(buildLogitsProgram(vitModel(config, 'all'), 1, 'separate'));
}

/** The same in a training step, which may leave out patches. */
export function trainingForwardFlops(config: VitConfig): number {
  return 2 * countMultiplyAccumulates(buildTrainingForward(vitModel(config, 'all'), 1));
}

/** Times forward, backward, clipping and AdamW of all layers on random images, one micro-batch per step. */
export async function benchTrain(options: BenchOptions): Promise<BenchMeasurement> {
  const { config, batch } = options;
  const backend = createBackend(options);
  const session = await createSession(
    backend,
    vitModel(config, 'all'),
    {
      microBatch: batch,
      part: fastestPart(config, batch, options.device),
      optimizer: { kind: 'adamw' },
      weightDecay: 0.01,
      maxGradientNorm: 1,
      labelSmoothing: 0,
      classWeights: null,
      seeds: [1],
      emaDecay: null,
    },
    randomParameters(config),
  );
  const labels = Int32Array.from({ length: batch }, (_, index) => index % config.classes.length);
  const microBatch = { pixels: randomPixels(config, batch), labels, count: batch };
  const step = async () => {
    await session.step([microBatch], 1e-4);
  };
  const [measurement] = await measure(options, 3 * forwardFlops(config), [{ precision: 'fp32', step }]);
  await session.dispose();
  return measurement as BenchMeasurement;
}

/**
 * Times the forward pass on random images in each precision. Precisions alternate, so that all run under the same
 * conditions.
 */
export async function benchPredict(
  options: BenchOptions,
  precisions: readonly Precision[],
): Promise<readonly BenchMeasurement[]> {
  const { config, batch } = options;
  const backend = createBackend(options);
  const pixels = randomPixels(config, batch);
  const classifiers: Classifier[] = [];
  try {
    for (const precision of precisions) {
      const parameters = randomParameters(config);
      classifiers.push(await createClassifierOn(backend, { ...options, parameters, attentions: false, precision }));
    }
    return await measure(
      options,
      forwardFlops(config),
      classifiers.map((classifier, index) => ({
        precision: precisions[index] as Precision,
        step: async () => {
          await classifier.run(pixels, batch);
        },
      })),
    );
  } finally {
    for (const classifier of classifiers) await classifier.dispose();
  }
}

interface Contender {
  readonly precision: Precision;
  step(): Promise<void>;
}

/** Returns one measurement per contender. */
async function measure(
  options: BenchOptions,
  flops: number,
  contenders: readonly Contender[],
): Promise<readonly BenchMeasurement[]> {
  const { config, batch, steps } = options;
  for (let index = 0; index < WARM_UP_STEPS; index += 1) for (const { step } of contenders) await step();
  const backend = createBackend(options);
  const gemmRate = (precision: Precision) => measureGemmRate(backend, config, batch, precision);
  // The Gemm rate is measured before and after, because other programs may be using the machine in between.
  const ratesBefore: number[] = [];
  for (const { precision } of contenders) ratesBefore.push(await gemmRate(precision));
  const times: number[][] = contenders.map(() => []);
  for (let repeat = 0; repeat < steps; repeat += 1) {
    for (const [index, { step }] of contenders.entries()) {
      const start = performance.now();
      await step();
      times[index]?.push((performance.now() - start) / batch);
    }
  }
  const measurements: BenchMeasurement[] = [];
  for (const [index, { precision }] of contenders.entries()) {
    const gemmGflops = Math.max(ratesBefore[index] ?? 0, await gemmRate(precision));
    measurements.push(summarise(times[index] ?? [], flops, gemmGflops));
  }
  return measurements;
}

function summarise(times: readonly number[], flops: number, gemmGflops: number): BenchMeasurement {
  const sorted = times.toSorted((a, b) => a - b);
  const quantile = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
  const imagesPerSecond = 1000 / quantile(0.5);
  return {
    imagesPerSecond,
    millisecondsPerImage: { p50: quantile(0.5), p95: quantile(0.95) },
    flops,
    gemmGflops,
    utilisation: (flops * imagesPerSecond) / (gemmGflops * 1e9),
  };
}

function randomParameters(config: VitConfig) {
  return initialiseParameters(
    parameterGroups(config).flatMap(({ parameters }) => parameters),
    1,
  );
}

function randomPixels({ channels, imageSize }: VitConfig, batch: number): Float32Array {
  const random = createRandom(2);
  return Float32Array.from({ length: batch * channels * imageSize ** 2 }, () => normal(random));
}
