import type { RunConfig } from '#shared/models/run-config';
import { frontierViewsOf, headViews, type Stage, type Trainable, trainedLastBlocks } from '#shared/training/stages';
import type { Backend, EngineDevice } from '../../engine/backends/backend';
import { createBackend } from '../../engine/backends/create-backend';
import { forwardFlops, trainingForwardFlops } from '../../engine/bench/bench';
import { GraphBuilder } from '../../engine/ir/builder';
import type { VitConfig } from '../../engine/vit/config';
import { type RunDropout, withDropout } from '../models/dropout';

/**
 * Share of the Gemm rate that a whole step reaches: a round number below the measurements of `fovea bench`, so that
 * runs end earlier than estimated rather than later.
 */
export const UTILISATION = 0.5;

/** No repeat starts after this many milliseconds: on a slow device one is enough. */
const MAX_MILLISECONDS = 500;
/** [rows, inner] × [rows, inner]ᵀ: the size of a small model's layers, computed in a few hundredths of a second. */
const ROWS = 1024;
const INNER = 384;
const REPEATS = 5;

const rates = new Map<string, Promise<number | null>>();

/** Rate of a matrix product on this device in GFLOP/s, measured once per process; null if it cannot run. */
export function gemmRate(device: EngineDevice, threads: number): Promise<number | null> {
  const key = `${device} ${threads}`;
  const known = rates.get(key);
  if (known !== undefined) return known;
  const measured = Promise.resolve()
    .then(() => quickGemmRate(createBackend({ device, threads })))
    .catch(() => null);
  rates.set(key, measured);
  return measured;
}

/** Best rate of a few matrix products in about half a second at most, in GFLOP/s. */
export async function quickGemmRate(backend: Backend): Promise<number> {
  const builder = new GraphBuilder();
  const a = builder.input('a', [ROWS, INNER]);
  const b = builder.input('b', [ROWS, INNER]);
  // Only one row is copied from the device.
  builder.output('row', builder.slice(builder.matmul(a, b, { transposeB: true }), 0, 0, 1));
  const program = await backend.compile(builder.build('gemm probe'));
  const data = new Float32Array(ROWS * INNER).fill(0.5);
  const feeds = new Map([
    ['a', { shape: [ROWS, INNER], data }],
    ['b', { shape: [ROWS, INNER], data }],
  ]);
  let best = Number.POSITIVE_INFINITY;
  const begun = performance.now();
  for (let repeat = 0; repeat < REPEATS && (repeat === 0 || performance.now() - begun < MAX_MILLISECONDS); repeat++) {
    const start = performance.now();
    await program.run(feeds);
    best = Math.min(best, performance.now() - start);
  }
  await program.dispose();
  return (2 * ROWS * ROWS * INNER) / (best * 1e6);
}

export interface Work {
  readonly config: VitConfig;
  readonly run: Pick<RunConfig, 'preset' | 'featureViews' | 'frontierViews' | 'augmentation' | 'mixup'> & RunDropout;
  readonly stages: readonly Stage[];
  readonly trainImages: number;
  readonly validationImages: number;
}

/** FLOPs of one image's forward pass: of all patches, and of those that a training step keeps. */
interface ForwardFlops {
  readonly all: number;
  readonly kept: number;
}

/**
 * FLOPs of a training image in a run that trains layers: a forward pass, one for the gradients of activations and one
 * for those of weights. Adapters need only the first two, as their own products are narrow. Frozen blocks below the
 * trained ones need only the first, and compute all patches.
 */
function trainingFlops({ all, kept }: ForwardFlops, { layers }: VitConfig, trainable: Trainable): number {
  const trained = trainedLastBlocks(trainable);
  if (trained === null) return (trainable === 'lora' ? 2 : 3) * kept;
  const share = Math.min(1, trained / layers);
  return (1 - share) * all + 3 * share * kept;
}

/** FLOPs of a run, counted in forward passes; a validation image takes one per epoch. */
export function runFlops({ config, run, stages, trainImages, validationImages }: Work): number {
  const forward = forwardFlops(config);
  const passes = { all: forward, kept: trainingForwardFlops(withDropout(config, run)) };
  return stages.reduce((sum, stage) => {
    const { trainable, epochs } = stage;
    // A frozen backbone computes each view once; the cost of the head is negligible.
    if (trainable === 'head') {
      return sum + forward * (headViews(run, stage).length * trainImages + validationImages);
    }
    const views = frontierViewsOf(run, stage);
    if (views > 0) {
      const share = Math.min(1, (trainedLastBlocks(trainable) ?? 0) / config.layers);
      const once = (1 - share) * forward * (views * trainImages + validationImages);
      return sum + once + epochs * share * (3 * passes.kept * trainImages + forward * validationImages);
    }
    const ofEpoch = trainingFlops(passes, config, trainable) * trainImages + forward * validationImages;
    return sum + epochs * ofEpoch;
  }, 0);
}

/** Estimates a run's duration in seconds from a short benchmark of the device; null if it cannot be measured. */
export async function estimateSeconds(work: Work, device: EngineDevice, threads: number): Promise<number | null> {
  const rate = await gemmRate(device, threads);
  return rate === null ? null : runFlops(work) / (rate * 1e9 * UTILISATION);
}
