import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxRuntimeBackend } from '../backends/onnxruntime';
import { hasSoftwareVulkan, useSoftwareVulkan } from '../backends/software-vulkan';
import type { OptimizerSettings } from '../optim/optimizer';
import { createRandom, normal } from '../random';
import { relativeError } from '../selftest/check';
import type { NamedTensors } from '../tensor';
import type { VitConfig } from '../vit/config';
import { initialiseParameters } from '../vit/initialise';
import { type ParameterGroup, parameterGroups } from '../vit/parameters';
import { tinyConfig } from '../vit/test-support';
import { createClassifier } from './classifier';
import { createHeadSession, createTrainingSession } from './create-session';
import { DeviceTrainingSession } from './device-session';
import { vitModel } from './model';
import type { Batch, TrainingOptions, TrainingSession } from './session';

const config = tinyConfig;
const specs = parameterGroups(config).flatMap((group) => group.parameters);
const start = new Map(
  [...initialiseParameters(specs, 1)].map(([name, { shape, data }]) => [
    name,
    // Larger than usual, so that gradients are not tiny.
    { shape, data: name.endsWith('weight') && shape.length > 1 ? data.map((x) => 10 * x) : data },
  ]),
);
const options: TrainingOptions = {
  config,
  device: 'cpu',
  threads: 1,
  microBatch: 4,
  trainable: 'all',
  layerDecay: 1,
  optimizer: { kind: 'adamw' },
  weightDecay: 0.05,
  maxGradientNorm: 1,
  labelSmoothing: 0.1,
  classWeights: [1, 2, 0.5],
  seeds: [1],
  emaDecay: null,
};
const adamWOptions = options;
/** With masks at every site. */
const dropping: VitConfig = { ...config, dropout: { hidden: 0.2, attention: 0.1, path: 0.3 } };
const rules: readonly OptimizerSettings[] = [{ kind: 'adamw' }, { kind: 'sgd', momentum: 0.9 }];
const imageSize = 3 * 16 * 16;

function batchOf(seed: number, count: number): Batch {
  const random = createRandom(seed);
  return {
    pixels: Float32Array.from({ length: count * imageSize }, () => normal(random)),
    labels: Int32Array.from({ length: count }, () => Math.floor(3 * random())),
    count,
  };
}
async function train(session: TrainingSession, seeds: readonly number[]): Promise<void> {
  for (const seed of seeds) await session.step([batchOf(seed, 4), batchOf(seed + 100, 4)], 1e-2 / seed);
}
const bytes = (tensors: NamedTensors) => Object.fromEntries([...tensors].map(([name, { data }]) => [name, [...data]]));
const flat = (tensors: NamedTensors) => [...tensors.values()].flatMap(({ data }) => [...data]);

describe('a training session', () => {
  it('is reproducible bit for bit', async () => {
    const runs = [];
    for (let run = 0; run < 2; run += 1) {
      const session = await createTrainingSession(options, start);
      await train(session, [1, 2, 3]);
      runs.push(bytes(await session.parameters()));
      await session.dispose();
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[0]).not.toEqual(bytes(start));
  });

  it.each(rules)('continues from parameters and optimizer state bit for bit: %o', async (rule) => {
    const options = { ...adamWOptions, optimizer: rule, config: dropping };
    const whole = await createTrainingSession(options, start);
    await train(whole, [1, 2, 3, 4]);

    const first = await createTrainingSession(options, start);
    await train(first, [1, 2]);
    const [parameters, optimizer] = [await first.parameters(), await first.optimizer()];
    // Returned tensors are copies: further training must not change them.
    await train(first, [3]);
    await first.dispose();
    const second = await createTrainingSession(options, parameters, optimizer);
    await train(second, [3, 4]);

    expect(bytes(await second.parameters())).toEqual(bytes(await whole.parameters()));
    const [a, b] = [await second.optimizer(), await whole.optimizer()];
    expect(a.step).toBe(4);
    expect(bytes(a.secondMoments)).toEqual(bytes(b.secondMoments));
    expect(bytes(a.firstMoments)).toEqual(bytes(b.firstMoments));
    await whole.dispose();
    await second.dispose();
  });

  it('applies dropout by its seeds in training, and none in evaluation', async () => {
    const losses = async (changes: Partial<TrainingOptions>) => {
      const session = await createTrainingSession({ ...options, ...changes }, start);
      const { pixels } = batchOf(9, 2);
      const logits = [...(await session.logits(pixels, 2))];
      const results = [];
      for (const batches of [
        [batchOf(1, 4), batchOf(1, 4)],
        [batchOf(1, 4), batchOf(1, 4)],
      ]) {
        // A rate of 0: only the masks differ between the steps.
        results.push((await session.step(batches, 0)).loss);
      }
      await session.dispose();
      return { logits, results };
    };
    const plain = await losses({});
    const dropped = await losses({ config: dropping });
    expect(plain.results[1]).toBe(plain.results[0]);
    expect(dropped.results[1]).not.toBe(dropped.results[0]);
    expect(dropped.logits).toEqual(plain.logits);
    expect(await losses({ config: dropping })).toEqual(dropped);
    expect((await losses({ config: dropping, seeds: [2] })).results).not.toEqual(dropped.results);
  });

  it('masks the padding of a short micro-batch', async () => {
    const short = batchOf(5, 3);
    const losses = [];
    const results = [];
    for (const microBatch of [3, 4]) {
      const session = await createTrainingSession({ ...options, microBatch }, start);
      losses.push((await session.step([short], 1e-2)).loss);
      results.push(flat(await session.parameters()));
      await session.dispose();
    }
    expect(losses[1]).toBeCloseTo(losses[0] as number, 5);
    expect(relativeError(results[1] ?? [], results[0] ?? [])).toBeLessThan(1e-4);
  });

  it('accumulates exactly: two halves equal the whole for an unweighted mean', async () => {
    const plain = { ...options, classWeights: null };
    const whole = batchOf(6, 8);
    const half = (index: number): Batch => ({
      pixels: whole.pixels.slice(index * 4 * imageSize, (index + 1) * 4 * imageSize),
      labels: whole.labels.slice(index * 4, (index + 1) * 4),
      count: 4,
    });
    const one = await createTrainingSession({ ...plain, microBatch: 8 }, start);
    const two = await createTrainingSession(plain, start);
    const a = await one.step([whole], 1e-2);
    const b = await two.step([half(0), half(1)], 1e-2);
    expect(b.loss).toBeCloseTo(a.loss, 5);
    expect(b.gradientNorm / a.gradientNorm).toBeCloseTo(1, 4);
    await one.dispose();
    await two.dispose();
  });

  it('changes only the classifier if everything before it is frozen', async () => {
    const session = await createTrainingSession({ ...options, trainable: 'head' }, start);
    await train(session, [1, 2]);
    const after = await session.parameters();
    expect([...(await session.optimizer()).firstMoments.keys()]).toEqual(['classifier.weight', 'classifier.bias']);
    await session.dispose();
    for (const [name, { data }] of start) {
      const same = data.every((value, index) => value === after.get(name)?.data[index]);
      expect([name, same]).toEqual([name, !name.startsWith('classifier')]);
    }
  });

  it('changes only the head and the last block if only they are trained', async () => {
    const session = await createTrainingSession({ ...options, trainable: 'last-block' }, start);
    await train(session, [1, 2]);
    const after = await session.parameters();
    await session.dispose();
    const last = `vit.encoder.layer.${config.layers - 1}.`;
    for (const [name, { data }] of start) {
      // The gradient of a key's bias is 0: it adds the same to every score of a query.
      if (name.endsWith('key.bias')) continue;
      const same = data.every((value, index) => value === after.get(name)?.data[index]);
      expect([name, same]).toEqual([name, !name.startsWith('classifier') && !name.startsWith(last)]);
    }
  });

  it.each(['cpu', 'tfjs'] as const)('lowers the learning rate layer by layer below the head: %s', async (device) => {
    // AdamW's first step is the learning rate for every parameter whose gradient is not tiny.
    const rate = 1e-2;
    const plain = { ...options, device, weightDecay: 0, layerDecay: 0.5 };
    const session = await createTrainingSession(plain, start);
    await session.step([batchOf(1, 4)], rate);
    const after = await session.parameters();
    await session.dispose();
    const longest = ({ parameters }: ParameterGroup) =>
      Math.max(
        ...parameters.flatMap(({ name }) => {
          const [a, b] = [start.get(name)?.data ?? [], after.get(name)?.data ?? []];
          return Array.from(a, (value, index) => Math.abs(value - (b[index] as number)));
        }),
      );
    const moved = new Map(parameterGroups(config).map((group) => [group.name, longest(group) / rate]));
    const { layers } = config;
    expect(moved.get('classifier')).toBeCloseTo(1, 3);
    expect(moved.get('norm')).toBeCloseTo(1, 3);
    for (let block = 0; block < layers; block += 1) {
      expect(moved.get(`block.${block}`)).toBeCloseTo(0.5 ** (layers - block), 3);
    }
    expect(moved.get('embeddings')).toBeCloseTo(0.5 ** (layers + 1), 3);
  });

  // a_0 = p_0; a_n = d_n a_{n-1} + (1 - d_n) p_n with d_n = min(decay, (1 + n) / (10 + n)), in double precision.
  describe.each(['cpu', 'tfjs'] as const)('that averages its weights: %s', (device) => {
    it.each(rules)('returns the average and trains as without it: %o', async (rule) => {
      const decay = 0.25;
      const raw = { ...options, device, optimizer: rule, trainable: 'last-block' as const };
      const plain = await createTrainingSession(raw, start);
      const averaging = await createTrainingSession({ ...raw, emaDecay: decay }, start);
      const expected = new Map([...start].map(([name, { data }]) => [name, [...data]]));
      for (const [index, keep] of [2 / 11, 3 / 12, decay, decay].entries()) {
        await train(plain, [index + 1]);
        await train(averaging, [index + 1]);
        for (const [name, { data }] of await plain.parameters()) {
          expected.set(name, expected.get(name)?.map((a, i) => keep * a + (1 - keep) * (data[i] as number)) ?? []);
        }
      }
      expect(bytes(await averaging.parameters())).toEqual(bytes(await plain.parameters()));
      const averaged = await averaging.averagedParameters();
      for (const [name, values] of expected) {
        expect(relativeError(averaged.get(name)?.data ?? [], values)).toBeLessThan(1e-6);
      }
      expect(relativeError(flat(averaged), flat(await plain.parameters()))).toBeGreaterThan(1e-4);
      // Without averages the two are identical.
      expect(bytes(await plain.averagedParameters())).toEqual(bytes(await plain.parameters()));
      const { pixels } = batchOf(50, 4);
      const shown = await averaging.logits(pixels, 4);
      const model = await createTrainingSession(raw, averaged);
      expect([...shown]).toEqual([...(await model.logits(pixels, 4))]);
      expect([...shown]).not.toEqual([...(await plain.logits(pixels, 4))]);
      await Promise.all([plain, averaging, model].map((session) => session.dispose()));
    });

    it('continues from its own state bit for bit', async () => {
      const averaging = { ...options, device, emaDecay: 0.5 };
      const whole = await createTrainingSession(averaging, start);
      await train(whole, [1, 2, 3]);
      const first = await createTrainingSession(averaging, start);
      await train(first, [1, 2]);
      const second = await createTrainingSession(averaging, await first.parameters(), await first.optimizer());
      await train(second, [3]);
      expect(bytes(await second.averagedParameters())).toEqual(bytes(await whole.averagedParameters()));
      expect(bytes((await second.optimizer()).averages)).toEqual(bytes((await whole.optimizer()).averages));
      await Promise.all([whole, first, second].map((session) => session.dispose()));
    });
  });

  it('gives the same result on cached features as behind a frozen backbone', async () => {
    const { trainable: _, config: __, ...rest } = { ...options, trainable: 'head' as const };
    const frozen = await createTrainingSession({ ...options, trainable: 'head' }, start);
    const head = await createHeadSession({ ...rest, features: 12, classes: 3 }, start);
    const classifier = await createClassifier({
      ...options,
      precision: 'fp32',
      parameters: start,
      batch: 4,
      attentions: false,
    });
    for (const seed of [1, 2, 3]) {
      const batch = batchOf(seed, 4);
      const { features } = await classifier.run(batch.pixels, 4);
      const a = await frozen.step([batch], 1e-2);
      const b = await head.step([{ ...batch, pixels: features }], 1e-2);
      expect(b.loss).toBeCloseTo(a.loss, 5);
    }
    const weight = 'classifier.weight';
    const [a, b] = [(await frozen.parameters()).get(weight)?.data, (await head.parameters()).get(weight)?.data];
    expect(relativeError(b ?? [], a ?? [])).toBeLessThan(1e-4);
    await Promise.all([frozen.dispose(), head.dispose(), classifier.dispose()]);
  });

  it('gives logits for any number of images, in agreement with the classifier', async () => {
    const session = await createTrainingSession(options, start);
    const classifier = await createClassifier({
      ...options,
      precision: 'fp32',
      parameters: start,
      batch: 7,
      attentions: true,
    });
    const { pixels } = batchOf(9, 7);
    const { logits, attentions } = await classifier.run(pixels, 7);
    expect(relativeError(await session.logits(pixels, 7), logits)).toBeLessThan(1e-5);
    expect(attentions.map(({ length }) => length)).toEqual([7 * 3 * 5 * 5, 7 * 3 * 5 * 5]);
    await session.dispose();
    await classifier.dispose();
  });

  it('names a parameter that is missing or has another shape', async () => {
    const without = new Map([...start].filter(([name]) => name !== 'vit.layernorm.bias'));
    await expect(createTrainingSession(options, without)).rejects.toThrow(/vit\.layernorm\.bias/);
    const other = new Map(start).set('classifier.bias', { shape: [2], data: new Float32Array(2) });
    await expect(createTrainingSession(options, other)).rejects.toThrow(/classifier\.bias.*\[2\].*\[3\]/);
  });
});

describe.each(rules)('a session with its state on the device: %o', (rule) => {
  const options = { ...adamWOptions, optimizer: rule, config: dropping };
  let onDevice: TrainingSession;
  let inMemory: TrainingSession;
  beforeAll(async () => {
    // The CPU can act as the device: it returns every output to us under the same name.
    const backend = createOnnxRuntimeBackend({ device: 'cpu', threads: 1 });
    onDevice = await DeviceTrainingSession.create(
      { ...backend, keepsTensors: true },
      vitModel(dropping, 'all'),
      options,
      start,
      null,
    );
    inMemory = await createTrainingSession(options, start);
  });
  afterAll(async () => {
    await onDevice.dispose();
    await inMemory.dispose();
  });

  it('takes the same steps as one with its state in memory', async () => {
    for (const seed of [1, 2, 3]) {
      const batches = [batchOf(seed, 4), batchOf(seed + 100, 3)];
      const a = await inMemory.step(batches, 1e-2);
      const b = await onDevice.step(batches, 1e-2);
      expect(b.loss).toBeCloseTo(a.loss, 4);
      expect(b.gradientNorm / a.gradientNorm).toBeCloseTo(1, 3);
    }
    expect(relativeError(flat(await onDevice.parameters()), flat(await inMemory.parameters()))).toBeLessThan(1e-3);
    const { pixels } = batchOf(50, 2);
    expect(relativeError(await onDevice.logits(pixels, 2), await inMemory.logits(pixels, 2))).toBeLessThan(1e-3);
  });

  it('continues from its own state', async () => {
    const backend = createOnnxRuntimeBackend({ device: 'cpu', threads: 1 });
    const next = await DeviceTrainingSession.create(
      { ...backend, keepsTensors: true },
      vitModel(dropping, 'all'),
      options,
      await onDevice.parameters(),
      await onDevice.optimizer(),
    );
    await train(next, [7]);
    await train(onDevice, [7]);
    expect(bytes(await next.parameters())).toEqual(bytes(await onDevice.parameters()));
    await next.dispose();
  });
});

describe('a session on WebGPU', () => {
  it.skipIf(!hasSoftwareVulkan)(
    "takes the CPU's step with the same dropout (skipped where chromium's software Vulkan is missing)",
    async () => {
      useSoftwareVulkan();
      const gpu = await createTrainingSession({ ...options, config: dropping, device: 'webgpu' }, start);
      const cpu = await createTrainingSession({ ...options, config: dropping }, start);
      const batches = [batchOf(1, 4), batchOf(101, 3)];
      const a = await cpu.step(batches, 1e-2);
      const b = await gpu.step(batches, 1e-2);
      expect(b.loss).toBeCloseTo(a.loss, 4);
      expect(b.gradientNorm / a.gradientNorm).toBeCloseTo(1, 3);
      expect(relativeError(flat(await gpu.parameters()), flat(await cpu.parameters()))).toBeLessThan(1e-3);
      await Promise.all([gpu.dispose(), cpu.dispose()]);
    },
    120_000,
  );
});
