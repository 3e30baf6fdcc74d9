import fc from 'fast-check';
import type { Trainable } from '#shared/training/stages';
import { sizeOf } from '../ir/shape';
import { createRandom, normal } from '../random';
import type { NamedTensors } from '../tensor';
import type { StepOptions } from '../train/micro-batch';
import type { Batch } from '../train/session';
import { families, type VitConfig } from '../vit/config';
import { parameterGroups } from '../vit/parameters';

/** A small model and one optimizer step on it: everything that a recipe can choose and the gradient depends on. */
export interface RandomVit {
  readonly config: VitConfig;
  readonly trainable: Trainable;
  readonly options: Omit<StepOptions, 'optimizer'>;
  readonly parameters: NamedTensors;
  readonly microBatches: readonly Batch[];
}

const between = (min: number, max: number) => fc.integer({ min, max });
const rate = fc.constantFrom(0, 0, 0.25);

const configs: fc.Arbitrary<VitConfig> = fc
  .record({
    family: fc.constantFrom(...families),
    grid: between(1, 3),
    patchSize: between(1, 3),
    channels: fc.constantFrom(1, 3),
    heads: between(1, 3),
    headWidth: between(3, 5),
    layers: between(1, 2),
    intermediateSize: between(2, 8),
    layerNormEpsilon: fc.constantFrom(1e-6, 1e-12),
    qkvBias: fc.boolean(),
    registers: between(1, 3),
    /** Pixels on each side that do not fill a patch. */
    margin: fc.constantFrom(0, 0, 1),
    poolingHead: fc.boolean(),
    dropout: fc.record({ hidden: rate, attention: rate, path: rate, patches: fc.constantFrom(0, 0.5) }),
    classes: between(2, 4),
  })
  .map(({ grid, headWidth, registers, margin, poolingHead, classes, ...config }) => ({
    ...config,
    imageSize: grid * config.patchSize + Math.min(margin, config.patchSize - 1),
    hiddenSize: config.heads * headWidth,
    registerTokens: config.family === 'dinov2_with_registers' ? registers : 0,
    maskToken: config.family === 'dinov2_with_registers',
    ...(config.family === 'siglip' ? { poolingHead } : {}),
    classes: Array.from({ length: classes }, (_, index) => `class ${index}`),
  }));

/** Random models with a step of one or two micro-batches, the last of which may be short. */
export const randomVits: fc.Arbitrary<RandomVit> = fc
  .record({
    config: configs,
    trainable: fc.constantFrom<Trainable>('all', 'all', 'last-block', { lastBlocks: 1 }, 'head'),
    microBatch: between(1, 2),
    full: between(0, 1),
    last: between(1, 2),
    labelSmoothing: fc.constantFrom(0, 0.1),
    weighted: fc.boolean(),
    seed: fc.nat(),
  })
  .map(({ config, trainable, microBatch, full, last, labelSmoothing, weighted, seed }) => {
    const random = createRandom(seed);
    const counts = [...Array<number>(full).fill(microBatch), Math.min(last, microBatch)];
    const imageElements = config.channels * config.imageSize ** 2;
    const specs = parameterGroups(config).flatMap((group) => group.parameters);
    const choices = { config, trainable, microBatch, counts, labelSmoothing, weighted, seed };
    return {
      // All numbers follow from these choices.
      [fc.toStringMethod]: () => JSON.stringify(choices),
      config,
      trainable,
      options: {
        microBatch,
        weightDecay: 0,
        maxGradientNorm: 1e9,
        labelSmoothing,
        classWeights: weighted ? config.classes.map((_, index) => 0.5 + index) : null,
        seeds: [seed],
        emaDecay: null,
      },
      // Far from the usual initial values, so that nothing is close to zero or one.
      parameters: new Map(
        specs.map(({ name, shape, initial }) => {
          const offset = initial === 'ones' ? 1 : 0;
          const data = Float32Array.from({ length: sizeOf(shape) }, () => offset + 0.4 * normal(random));
          return [name, { shape, data }];
        }),
      ),
      microBatches: counts.map((count) => ({
        pixels: Float32Array.from({ length: count * imageElements }, () => normal(random)),
        labels: Int32Array.from({ length: count }, () => Math.floor(config.classes.length * random())),
        count,
      })),
    };
  });
