import type { Backend } from '../backends/backend';
import { createRandom, normal } from '../random';
import { createSession } from '../train/create-session';
import { vitModel } from '../train/model';
import type { Batch } from '../train/session';
import { noDropout, type VitConfig } from '../vit/config';
import { initialiseParameters } from '../vit/initialise';
import { parameterGroups } from '../vit/parameters';

/**
 * ViT-Ti's width and token count in two blocks: a step is representative of larger models and takes a tenth of a second
 * or so.
 */
export const probeConfig: VitConfig = {
  family: 'vit',
  imageSize: 224,
  patchSize: 16,
  channels: 3,
  hiddenSize: 192,
  layers: 2,
  heads: 3,
  intermediateSize: 768,
  layerNormEpsilon: 1e-12,
  qkvBias: true,
  registerTokens: 0,
  maskToken: false,
  dropout: noDropout,
  classes: ['a', 'b'],
};

export interface ProbeOptions {
  readonly config: VitConfig;
  readonly batch: number;
  /** Timed steps, after one that compiles and warms up. */
  readonly steps: number;
  /** Milliseconds after which no further step starts; one step is always timed. */
  readonly patience: number;
}

export const probeOptions: ProbeOptions = { config: probeConfig, batch: 8, steps: 4, patience: 2000 };

export interface Probe {
  /** Milliseconds of the fastest step. */
  readonly millisecondsPerStep: number;
  /** Loss and gradient norm of the first two steps, then the logits that the model gives the images afterwards. */
  readonly numbers: readonly number[];
}

/** Trains a small model for a few steps on random images, the same for every backend. */
export async function probeTraining(backend: Backend, options: ProbeOptions = probeOptions): Promise<Probe> {
  const { config, batch, steps, patience } = options;
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
      emaDecay: null,
      seeds: [1],
    },
    initialiseParameters(
      parameterGroups(config).flatMap(({ parameters }) => parameters),
      1,
    ),
  );
  try {
    const images = randomImages(config, batch);
    const begun = performance.now();
    const first = await session.step([images], 1e-3);
    let best = Number.POSITIVE_INFINITY;
    const step = async () => {
      const start = performance.now();
      const result = await session.step([images], 1e-3);
      best = Math.min(best, performance.now() - start);
      return result;
    };
    const second = await step();
    const logits = await session.logits(images.pixels, batch);
    for (let done = 1; done < steps && performance.now() - begun < patience; done += 1) await step();
    const numbers = [first.loss, first.gradientNorm, second.loss, second.gradientNorm, ...logits];
    return { millisecondsPerStep: best, numbers };
  } finally {
    await session.dispose();
  }
}

function randomImages({ channels, imageSize }: VitConfig, batch: number): Batch {
  const random = createRandom(2);
  return {
    pixels: Float32Array.from({ length: batch * channels * imageSize ** 2 }, () => normal(random)),
    labels: Int32Array.from({ length: batch }, (_, index) => index % 2),
    count: batch,
  };
}
