import { describe, expect, it } from 'vitest';
import type { Backend } from '../backends/backend';
import { executionProviders } from '../backends/execution-providers';
import { createOnnxRuntimeBackend } from '../backends/onnxruntime';
import { decodeFloat16, roundToFloat16 } from '../half';
import { GraphBuilder } from '../ir/builder';
import { printGraph } from '../ir/print';
import { createRandom, normal } from '../random';
import { relativeError } from '../selftest/check';
import { evaluateGraph } from '../selftest/evaluate-graph';
import { createReferenceBackend } from '../selftest/reference-backend';
import type { NamedTensors, Tensor } from '../tensor';
import { createSession } from '../train/create-session';
import type { StepOptions } from '../train/micro-batch';
import { headModel, vitModel } from '../train/model';
import { buildGradientProgram } from '../train/programs';
import type { Batch, OptimizerState } from '../train/session';
import type { VitConfig } from '../vit/config';
import { initialiseParameters } from '../vit/initialise';
import { parameterGroups } from '../vit/parameters';
import { autocast } from './autocast';

const config: VitConfig = {
  family: 'vit',
  imageSize: 8,
  patchSize: 4,
  channels: 1,
  hiddenSize: 8,
  layers: 2,
  heads: 2,
  intermediateSize: 16,
  layerNormEpsilon: 1e-12,
  qkvBias: true,
  registerTokens: 0,
  maskToken: false,
  dropout: { hidden: 0.1, attention: 0.1, path: 0 },
  classes: ['a', 'b', 'c'],
};
const model = vitModel(config, 'all');
const specs = parameterGroups(config).flatMap(({ parameters }) => parameters);
const start: NamedTensors = new Map(
  [...initialiseParameters(specs, 1)].map(([name, { shape, data }]) => [
    name,
    // Larger than usual, so that gradients are not tiny.
    { shape, data: name.endsWith('weight') && shape.length > 1 ? data.map((x) => 10 * x) : data },
  ]),
);
const options: StepOptions = {
  microBatch: 2,
  // Without momentum a step is the gradient.
  optimizer: { kind: 'sgd', momentum: 0 },
  weightDecay: 0,
  maxGradientNorm: 1e9,
  labelSmoothing: 0.1,
  classWeights: null,
  seeds: [1],
  emaDecay: null,
};
function batchOf(seed: number): Batch {
  const random = createRandom(seed);
  return {
    pixels: Float32Array.from({ length: 2 * 64 }, () => normal(random)),
    labels: Int32Array.of(seed % 3, (seed + 1) % 3),
    count: 2,
  };
}
const flat = (tensors: NamedTensors) => [...tensors.values()].flatMap(({ data }) => [...data]);

const open = (
  precision: 'fp32' | 'fp16',
  {
    parameters = start,
    optimizer,
    backend = createReferenceBackend(),
  }: Partial<{
    parameters: NamedTensors;
    optimizer: OptimizerState;
    backend: Backend;
  }> = {},
) => createSession(backend, model, { ...options, precision }, parameters, optimizer);

describe('half precision', () => {
  it('rounds as in IEEE 754, for all of its numbers and the midpoints between them', () => {
    const positive = decodeFloat16(Uint16Array.from({ length: 0x7c00 }, (_, bits) => bits));
    let odd = 0;
    positive.forEach((value, bits) => {
      const next = bits === 0x7bff ? 65536 : (positive[bits + 1] as number);
      const middle = (value + next) / 2;
      const even = bits % 2 === 0 ? value : bits === 0x7bff ? Number.POSITIVE_INFINITY : next;
      const right =
        roundToFloat16(value) === value &&
        roundToFloat16(-value) === -value &&
        roundToFloat16(middle) === even &&
        roundToFloat16(-middle) === -even;
      if (!right) odd += 1;
    });
    expect(odd).toBe(0);
    expect(roundToFloat16(Number.NaN)).toBeNaN();
    expect(roundToFloat16(Number.NEGATIVE_INFINITY)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('is used in matrix products, and nowhere else', () => {
    const nodes = autocast(buildGradientProgram(model, 2)).nodes;
    const types = new Map<string, Set<string>>();
    for (const { op, inputs, outputs } of nodes) {
      if (op === 'cast') continue;
      const known = types.get(op) ?? new Set();
      for (const { elementType } of [...inputs, ...outputs]) known.add(elementType);
      types.set(op, known);
    }
    expect(types.has('attention')).toBe(false);
    for (const [op, found] of types) {
      const expected = ['linear', 'matmul'].includes(op)
        ? ['float16']
        : ['reshape', 'transpose'].includes(op)
          ? ['float16', 'float32']
          : ['float32'];
      expect([...found].sort(), op).toEqual(expected);
    }
  });

  it('casts a value once, and scales the smaller factor before the product', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', [2, 3]);
    const weight = builder.input('weight', [1, 3]);
    builder.output('y', builder.linear(x, weight, null, 0.5));
    builder.output('z', builder.matmul(x, x, { transposeB: true }));
    const graph = autocast(builder.build('g'));
    expect(
      graph.nodes.filter(({ op }) => op === 'cast'),
      printGraph(graph),
    ).toHaveLength(4);
    // 400 x 400 would overflow in half precision before it is halved.
    const row = { shape: [2, 3], data: Float64Array.of(400, 0, 0, 1, 2, 3) };
    const outputs = evaluateGraph(
      graph,
      new Map([
        ['x', row],
        ['weight', { shape: [1, 3], data: Float64Array.of(300, 0, 0) }],
      ]),
    );
    expect([...(outputs.get('y')?.data ?? [])]).toEqual([60000, 150]);
  });

  const lora = vitModel(config, 'lora', 1, { rank: 2, alpha: 4, targets: 'query-value' });
  it.each([
    ['all layers', model],
    ['adapters', lora],
    ['a head', headModel(8, 3)],
  ])('is a valid ONNX model, which onnxruntime runs (on the CPU without the rounding): %s', async (_, trained) => {
    const execution = { ...executionProviders.webgpu, provider: 'cpu' as const, keepsTensors: false };
    const backend = createOnnxRuntimeBackend({ device: 'webgpu', threads: 1 }, execution);
    const graph = buildGradientProgram(trained, 2);
    const random = createRandom(7);
    const feeds = new Map(
      graph.inputs.map(({ name, value: { shape } }): [string, Tensor] => [
        name,
        start.get(name) ?? {
          shape,
          data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => normal(random)),
        },
      ]),
    );
    const [whole, half] = await Promise.all(
      [graph, autocast(graph)].map(async (one) => {
        const program = await backend.compile(one);
        const { host } = await program.run(feeds);
        await program.dispose();
        return host;
      }),
    );
    expect(half?.size).toBe(graph.outputs.length);
    const all = [...(whole ?? [])].flatMap(([, { data }]) => [...data]);
    const other = [...(whole ?? [])].flatMap(([name]) => [...(half?.get(name)?.data ?? [])]);
    expect(relativeError(other, all)).toBeLessThan(1e-2);
  });
});

describe('a training step in half precision', () => {
  it('has the loss and gradients of float32 within half precision, and differs from float32', async () => {
    const [whole, half] = [await open('fp32'), await open('fp16')];
    const batches = [batchOf(1), batchOf(2)];
    const a = await whole.step(batches, 1);
    let [b, skipped] = [await half.step(batches, 1), 0];
    for (; b.skipped; skipped += 1) b = await half.step(batches, 1);
    // As with GradScaler, the scale of 65536 is too large for the first steps.
    expect(skipped).toBeLessThan(8);
    expect(Math.abs(b.loss / a.loss - 1)).toBeLessThan(2e-3);
    expect(Math.abs(b.gradientNorm / a.gradientNorm - 1)).toBeLessThan(1e-2);
    const moved = (after: NamedTensors) => flat(after).map((x, i) => x - (flat(start)[i] as number));
    const error = relativeError(moved(await half.parameters()), moved(await whole.parameters()));
    expect(error).toBeLessThan(1e-2);
    expect(error).toBeGreaterThan(1e-6);
    expect((await half.optimizer()).lossScale).toEqual({ scale: 65536 / 2 ** skipped, growthCount: 1 });
    expect((await whole.optimizer()).lossScale).toBeUndefined();
  });

  it('loses a tiny gradient without a loss scale and keeps it with one', () => {
    const builder = new GraphBuilder();
    const [gradient, x] = [builder.input('gradient', [1, 1]), builder.input('x', [1, 1])];
    builder.output('product', builder.matmul(gradient, x, { transposeA: true }));
    const graph = autocast(builder.build('weight gradient'));
    const product = (value: number) =>
      evaluateGraph(
        graph,
        new Map([
          ['gradient', { shape: [1, 1], data: Float64Array.of(value) }],
          ['x', { shape: [1, 1], data: Float64Array.of(1) }],
        ]),
      ).get('product')?.data[0];
    expect(product(1e-8)).toBe(0);
    expect((product(65536 * 1e-8) ?? 0) / 65536).toBeCloseTo(1e-8, 11);
  });

  it('is skipped when gradients overflow: only the scale changes, and the next step is clean', async () => {
    const lossScale = { scale: 2 ** 40, growthCount: 5 };
    const none = new Map();
    const zeros = new Map(
      [...start].map(([name, { shape, data }]) => [name, { shape, data: new Float32Array(data.length) }]),
    );
    const session = await open('fp16', {
      optimizer: { step: 3, firstMoments: zeros, secondMoments: none, averages: none, lossScale },
    });
    const result = await session.step([batchOf(1)], 1);
    expect(result.skipped).toBe(true);
    expect(result.note).toMatch(/549755813888/);
    expect(flat(await session.parameters())).toEqual(flat(start));
    const optimizer = await session.optimizer();
    expect(optimizer).toMatchObject({ step: 3, lossScale: { scale: 2 ** 39, growthCount: 0 } });
    expect(flat(optimizer.firstMoments).every((x) => x === 0)).toBe(true);

    // With a suitable scale and no trace of the infinite sums, as in a fresh session.
    let taken = await session.step([batchOf(1)], 1);
    while (taken.skipped) taken = await session.step([batchOf(1)], 1);
    const fresh = await open('fp16', { optimizer });
    let expected = await fresh.step([batchOf(1)], 1);
    while (expected.skipped) expected = await fresh.step([batchOf(1)], 1);
    expect(taken).toEqual(expected);
    expect(Number.isFinite(taken.gradientNorm)).toBe(true);
    expect(flat(await session.parameters())).toEqual(flat(await fresh.parameters()));
    expect((await session.optimizer()).step).toBe(4);
  });
});
