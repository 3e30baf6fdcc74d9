import type { EngineDevice } from '../backends/backend';
import { createBackend } from '../backends/create-backend';
import { countMultiplyAccumulates } from '../ir/count-operations';
import { createRandom, normal } from '../random';
import { createClassifierOn } from '../train/classifier';
import { createSession } from '../train/create-session';
import { vitModel } from '../train/model';
import { buildLogitsProgram } from '../train/programs';
import type { VitConfig } from '../vit/config';
import { initialiseParameters } from '../vit/initialise';
import { parameterGroups } from '../vit/parameters';
import { measureGemmRate } from './gemm-rate';

export interface BenchOptions {
  readonly config: VitConfig;
  readonly device: EngineDevice;
  readonly threads: number;
  readonly batch: number;
  /** Timed steps; two more are run before them and not counted. */
  readonly steps: number;
}

export interface BenchMeasurement {
  /** At the median step. */
  readonly imagesPerSecond: number;
  readonly millisecondsPerImage: { readonly p50: number; readonly p95: number };
  /** FLOPs of one image from the matrix products of the graph: 2 x MACs for predict, 6 x MACs for train. */
  readonly flops: number;
  readonly gemmGflops: number;
  /** flops x imagesPerSecond / Gemm rate. */
  readonly utilisation: number;
}

const WARM_UP_STEPS = 2;

/** FLOPs of the forward pass of one image. */
export function forwardFlops(config: VitConfig): number {
  return 2 * countMultiplyAccumulates(buildLogitsProgram(vitModel(config, 'all'), 1, 'separate'));
}

/** Forward, backward, clipping and AdamW of all layers on random images, one micro-batch a step. */
export async function benchTrain(options: BenchOptions): Promise<BenchMeasurement> {
  const { config, batch } = options;
  const backend = createBackend(options);
  const session = await createSession(
    backend,
    vitModel(config, 'all'),
    {
      microBatch: batch,
      optimizer: { kind: 'adamw' },
      weightDecay: 0.01,
      maxGradientNorm: 1,
      labelSmoothing: 0,
      classWeights: null,
    },
    randomParameters(config),
  );
  const labels = Int32Array.from({ length: batch }, (_, index) => index % config.classes.length);
  const microBatch = { pixels: randomPixels(config, batch), labels, count: batch };
  const measurement = await measure(options, 3 * forwardFlops(config), async () => {
    await session.step([microBatch], 1e-4);
  });
  await session.dispose();
  return measurement;
}

/** The forward pass on random images. */
export async function benchPredict(options: BenchOptions): Promise<BenchMeasurement> {
  const { config, batch } = options;
  const backend = createBackend(options);
  const classifier = await createClassifierOn(backend, {
    ...options,
    parameters: randomParameters(config),
    attentions: false,
  });
  const pixels = randomPixels(config, batch);
  const measurement = await measure(options, forwardFlops(config), async () => {
    await classifier.run(pixels, batch);
  });
  await classifier.dispose();
  return measurement;
}

async function measure(options: BenchOptions, flops: number, step: () => Promise<void>): Promise<BenchMeasurement> {
  const { config, batch, steps } = options;
  for (let index = 0; index < WARM_UP_STEPS; index += 1) await step();
  const backend = createBackend(options);
  // The rate is measured before and after, since other programs may take turns on the machine.
  const rateBefore = await measureGemmRate(backend, config, batch);
  const times: number[] = [];
  for (let index = 0; index < steps; index += 1) {
    const start = performance.now();
    await step();
    times.push((performance.now() - start) / batch);
  }
  const gemmGflops = Math.max(rateBefore, await measureGemmRate(backend, config, batch));
  times.sort((a, b) => a - b);
  const quantile = (share: number): number => times[Math.ceil(share * times.length) - 1] ?? Number.NaN;
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
