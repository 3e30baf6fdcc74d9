import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../ir/builder';
import { opTable } from '../../ops/table';
import type { OptimizerSettings } from '../../optim/optimizer';
import { createRandom, normal } from '../../random';
import { relativeError } from '../../selftest/check';
import { runOpChecks } from '../../selftest/op-checks';
import { createTrainingSession } from '../../train/create-session';
import type { Batch, TrainingOptions } from '../../train/session';
import { initialiseParameters } from '../../vit/initialise';
import { parameterGroups } from '../../vit/parameters';
import { tinyConfig } from '../../vit/test-support';
import { loadTfjs, nativeProblem } from './runtime';
import { createTfjsBackend } from './tfjs';

const tensors = () => tf.memory().numTensors;
const tensor = (...values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) });

let before = 0;
beforeAll(async () => {
  await loadTfjs();
  before = tensors();
});
afterEach(() => {
  expect(tensors(), 'tensors that nobody freed').toBe(before);
});

describe('operations', () => {
  it('agree with their definitions, and their gradients with central differences', async () => {
    const checks = await runOpChecks('tfjs');
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    for (const op of Object.keys(opTable)) {
      expect(checks.some(({ what }) => what.startsWith(`${op} `) && what.includes('output'))).toBe(true);
    }
  });

  it('leave a reduction over no axis unchanged', async () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', [2]);
    builder.output('sum', builder.reduceSum(x, []));
    builder.output('mean', builder.reduceMean(x, []));
    const program = await createTfjsBackend().compile(builder.build('test'));
    const { host } = await program.run(new Map([['x', tensor(3, 4)]]));
    expect([...(host.get('sum')?.data ?? [])]).toEqual([3, 4]);
    expect([...(host.get('mean')?.data ?? [])]).toEqual([3, 4]);
  });
});

describe('a program', () => {
  it('keeps its tensors separate from the arrays of its caller', async () => {
    const builder = new GraphBuilder();
    builder.output('kept', builder.input('x', [2]));
    const copy = await createTfjsBackend().compile(builder.build('copy'), new Set(['kept']));
    const reader = new GraphBuilder();
    reader.output('y', reader.input('x', [2]));
    const read = await createTfjsBackend().compile(reader.build('read'));

    const given = tensor(1, 2);
    const kept = (await copy.run(new Map([['x', given]]))).device.get('kept');
    if (!kept) throw new Error('the tensor was not kept');
    expect(tensors()).toBe(before + 1);
    expect(kept.shape).toEqual([2]);
    given.data.fill(9);
    const first = (await read.run(new Map([['x', kept]]))).host.get('y');
    expect([...(first?.data ?? [])]).toEqual([1, 2]);
    first?.data.fill(9);
    const target = tensor(0, 0);
    await read.run(new Map([['x', kept]]), new Map([['y', target]]));
    expect([...target.data]).toEqual([1, 2]);
    kept.dispose();
  });

  it('frees its tensors on failure, and names what failed', async () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', [1]);
    builder.output('y', builder.add(builder.exp(x), builder.input('z', [1])));
    const program = await createTfjsBackend().compile(builder.build('half a sum'), new Set(['y']));
    await expect(program.run(new Map([['x', tensor(1)]]))).rejects.toMatchObject({
      code: 'device-failed',
      message: expect.stringContaining('half a sum'),
      cause: { message: 'half a sum was not given z' },
    });
  });
});

const config = { ...tinyConfig, dropout: { hidden: 0.2, attention: 0.1, path: 0.3 } };
const start = initialiseParameters(
  parameterGroups(config).flatMap((group) => group.parameters),
  1,
);

function batchOf(seed: number): Batch {
  const random = createRandom(seed);
  return {
    pixels: Float32Array.from({ length: 4 * 3 * 16 * 16 }, () => normal(random)),
    labels: Int32Array.from({ length: 4 }, () => Math.floor(3 * random())),
    count: 4,
  };
}

describe.each<OptimizerSettings>([{ kind: 'adamw' }, { kind: 'sgd', momentum: 0.9 }])('training, %o', (optimizer) => {
  const options: TrainingOptions = {
    config,
    device: 'tfjs',
    threads: 0,
    microBatch: 4,
    trainable: 'all',
    layerDecay: 1,
    optimizer,
    weightDecay: 0.05,
    maxGradientNorm: 1,
    labelSmoothing: 0.1,
    classWeights: [1, 2, 0.5],
    seeds: [1],
    emaDecay: null,
  };

  it('takes the same steps as onnxruntime, and holds the same number of tensors after each', async () => {
    const ours = await createTrainingSession(options, start);
    const other = await createTrainingSession({ ...options, device: 'cpu', threads: 1 }, start);
    const held = tensors();
    for (const seed of [1, 2, 3, 4]) {
      const batches = [batchOf(seed), batchOf(seed + 100)];
      const a = await ours.step(batches, 1e-2);
      const b = await other.step(batches, 1e-2);
      expect(a.loss).toBeCloseTo(b.loss, 4);
      expect(a.gradientNorm / b.gradientNorm).toBeCloseTo(1, 3);
      expect(tensors()).toBe(held);
    }
    const flat = (values: ReadonlyMap<string, { data: Float32Array }>) =>
      [...values.values()].flatMap(({ data }) => [...data]);
    expect(relativeError(flat(await ours.parameters()), flat(await other.parameters()))).toBeLessThan(1e-3);
    const { pixels } = batchOf(50);
    expect(relativeError(await ours.logits(pixels, 2), await other.logits(pixels, 2))).toBeLessThan(1e-3);
    expect(tensors()).toBe(held);
    await ours.dispose();
    await other.dispose();
  });
});

describe('the native package', () => {
  it('computes, or is reported missing with how to install it', async () => {
    const { name, note } = await loadTfjs();
    if (tf.getBackend() === 'cpu') {
      expect(name).toBe('TensorFlow.js, CPU reference');
      expect(note).toMatch(/npm run setup:tfjs-gpu.*CUDA 11/);
    } else expect(name).not.toContain('reference');
  });

  it('names the library it lacks, without paths', () => {
    const missing = new Error(
      'libcudart.so.11.0: cannot open shared object file: No such file or directory, /home/someone/tfjs_binding.node',
    );
    expect(nativeProblem(missing)).toMatch(/libcudart\.so\.11\.0 is missing/);
    expect(nativeProblem(missing)).not.toContain('someone');
    expect(nativeProblem(new TypeError('(0 , util_1.isNullOrUndefined) is not a function'))).toMatch(
      /does not load with Node/,
    );
    expect(nativeProblem(undefined)).toMatch(/does not load/);
  });
});
