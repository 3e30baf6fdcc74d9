import { describe, expect, it } from 'vitest';
import { decodeFloat16, encodeFloat16 } from '../half';
import { createRandom, normal } from '../random';
import { relativeError } from '../selftest/check';
import type { NamedTensors } from '../tensor';
import type { VitConfig } from '../vit/config';
import { parameterGroups } from '../vit/parameters';
import { sineParameters, tinyConfig } from '../vit/test-support';
import { createFrontierSession, createTrainingSession } from './create-session';
import { createFrontier, frontierWidth } from './frontier';
import { frozenBlocks } from './model';
import type { Batch, TrainingOptions, TrainingSession } from './session';

const config: VitConfig = { ...tinyConfig, layers: 4 };
const dropping = { hidden: 0.2, attention: 0.1, path: 0.3, patches: 0.5 };
const imageSize = 3 * 16 * 16;
const COUNTS = [4, 4, 3];

const optionsFor = (model: VitConfig, trainable: TrainingOptions['trainable']): TrainingOptions => ({
  ...{ config: model, trainable, device: 'cpu', threads: 1, microBatch: 4, layerDecay: 0.7 },
  ...{ optimizer: { kind: 'adamw' }, weightDecay: 0.05, maxGradientNorm: 1, labelSmoothing: 0.1 },
  ...{ classWeights: null, seeds: [3], emaDecay: 0.9 },
});

/** A micro-batch of images for each step; the last one is short. */
const images = COUNTS.map((count, step): Batch => {
  const random = createRandom(step);
  return {
    pixels: Float32Array.from({ length: count * imageSize }, () => normal(random)),
    labels: Int32Array.from({ length: count }, (_, index) => (index + step) % 3),
    count,
  };
});

async function trained(session: TrainingSession, batches: readonly Batch[]) {
  for (const batch of batches) await session.step([batch, batch], 1e-2);
  const logits = await session.logits((batches[0] as Batch).pixels, 4);
  const parameters = await session.averagedParameters();
  await session.dispose();
  return { logits, parameters };
}

/** The images' inputs to the first trained block, kept in float32 or as half floats. */
async function frontiers(options: TrainingOptions, parameters: NamedTensors, kept: 'float32' | 'half') {
  const block = frozenBlocks(options.config, options.trainable) ?? 0;
  const { config: model, device, threads } = options;
  const frontier = await createFrontier({ config: model, parameters, device, threads, batch: 4, block });
  const batches: Batch[] = [];
  for (const batch of images) {
    const pixels = await frontier.run(batch.pixels, batch.count);
    if (kept === 'half') decodeFloat16(encodeFloat16(pixels), pixels);
    expect(pixels).toHaveLength(batch.count * frontierWidth(model));
    batches.push({ ...batch, pixels });
  }
  await frontier.dispose();
  return batches;
}

describe('last blocks on their cached inputs', () => {
  const families: readonly VitConfig[] = [
    config,
    { ...config, dropout: dropping },
    { ...config, family: 'dinov2', dropout: dropping },
  ];

  it.each(families)(
    'take the steps of the whole model on the images: $family, dropout $dropout.hidden',
    async (model) => {
      const options = optionsFor(model, { lastBlocks: 2 });
      const start = sineParameters(model);
      const whole = await trained(await createTrainingSession(options, start), images);
      const cached = await trained(
        await createFrontierSession(options, start),
        await frontiers(options, start, 'float32'),
      );
      expect(relativeError(cached.logits, whole.logits)).toBeLessThan(1e-5);
      const trainedNames = [...cached.parameters.keys()];
      const groups = parameterGroups(model);
      const expected = groups.filter(({ name }) => ['block.2', 'block.3', 'norm', 'classifier'].includes(name));
      expect(trainedNames).toEqual(expected.flatMap(({ parameters }) => parameters.map(({ name }) => name)));
      for (const name of trainedNames) {
        const [mine, theirs] = [cached.parameters.get(name)?.data, whole.parameters.get(name)?.data];
        expect(theirs).not.toEqual(start.get(name)?.data);
        expect(relativeError(mine as Float32Array, theirs as Float32Array)).toBeLessThan(1e-4);
      }
      for (const [name, { data }] of start) {
        if (!trainedNames.includes(name)) expect(whole.parameters.get(name)?.data).toEqual(data);
      }
    },
  );

  it('differ by the rounding of half floats only', async () => {
    const options = optionsFor(config, { lastBlocks: 2 });
    const start = sineParameters(config);
    const exact = await trained(
      await createFrontierSession(options, start),
      await frontiers(options, start, 'float32'),
    );
    const half = await trained(await createFrontierSession(options, start), await frontiers(options, start, 'half'));
    const error = relativeError(half.logits, exact.logits);
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(3e-3);
  });

  it('train every block, but not the embeddings, if there are no more', async () => {
    const model = { ...config, dropout: dropping };
    const options = optionsFor(model, { lastBlocks: 9 });
    const start = sineParameters(model);
    const whole = await trained(await createTrainingSession(options, start), images);
    const cached = await trained(
      await createFrontierSession(options, start),
      await frontiers(options, start, 'float32'),
    );
    expect(relativeError(cached.logits, whole.logits)).toBeLessThan(1e-5);
    const positions = 'vit.embeddings.position_embeddings';
    expect(whole.parameters.get(positions)?.data).toEqual(start.get(positions)?.data);
  });
});
