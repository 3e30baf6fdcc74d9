import { beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../ir/builder';
import { executionProviders } from './execution-providers';
import { createOnnxRuntimeBackend } from './onnxruntime';
import { hasSoftwareVulkan, useSoftwareVulkan } from './software-vulkan';

const tensor = (...values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) });

describe('the CPU backend', () => {
  const backend = createOnnxRuntimeBackend({ device: 'cpu', threads: 1 });

  it('writes outputs into given buffers, including views of one buffer', async () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', [2]);
    builder.output('double', builder.add(x, x));
    builder.output('square', builder.multiply(x, x));
    const program = await backend.compile(builder.build('test'));
    const buffer = new Float32Array(6);
    const into = new Map([
      ['double', { shape: [2], data: buffer.subarray(1, 3) }],
      ['square', { shape: [2], data: buffer.subarray(3, 5) }],
    ]);
    const input = tensor(3, 4);
    await program.run(new Map([['x', input]]), into);
    expect([...buffer]).toEqual([0, 6, 8, 9, 16, 0]);
    // The same buffers again with the input's new contents: this is how parameters are updated in place.
    input.data.set([1, 2]);
    await program.run(new Map([['x', input]]), into);
    expect([...buffer]).toEqual([0, 2, 4, 1, 4, 0]);
    await program.dispose();
  });

  it('computes with constants of its own', async () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', [1, 300]);
    const weight = builder.input('weight', [2, 300]);
    builder.output('y', builder.linear(x, weight, builder.input('bias', [2])));
    const values = new Map([
      ['weight', { shape: [2, 300], data: Float32Array.from({ length: 600 }, (_, i) => (i < 300 ? 1 : 2)) }],
      ['bias', { shape: [2], data: Float32Array.of(5, 6) }],
    ]);
    const program = await backend.compile(builder.build('test'), new Set(), values);
    for (const { data } of values.values()) data.fill(0);
    const { host } = await program.run(new Map([['x', { shape: [1, 300], data: new Float32Array(300).fill(0.5) }]]));
    expect([...(host.get('y')?.data ?? [])]).toEqual([155, 306]);
    await program.dispose();
  });

  it('passes an input through as an output', async () => {
    const builder = new GraphBuilder();
    builder.output('y', builder.input('x', [3]));
    const program = await backend.compile(builder.build('copy'));
    const { host } = await program.run(new Map([['x', tensor(1, 2, 3)]]));
    expect([...(host.get('y')?.data ?? [])]).toEqual([1, 2, 3]);
    await program.dispose();
  });

  it.each(['cuda', 'dml', 'coreml'] as const)('computes the programs of %s in its dialect', async (device) => {
    // The provider itself is unavailable here; its graph, its options and the location of its outputs are checked.
    const execution = { ...executionProviders[device], provider: 'cpu' as const };
    const backend = createOnnxRuntimeBackend({ device, threads: 1 }, execution);
    expect(backend.keepsTensors).toBe(false);
    const builder = new GraphBuilder();
    const x = builder.input('x', [1, 2, 2]);
    builder.output('product', builder.matmul(x, x, { transposeB: true, scale: 2 }));
    builder.output('logarithm', builder.logSoftmax(x));
    const program = await backend.compile(builder.build('test'));
    const { host } = await program.run(
      new Map([['x', { shape: [1, 2, 2], data: Float32Array.of(0, Math.log(3), 0, 0) }]]),
    );
    const [a, b] = [2 * Math.log(3) ** 2, 0];
    [a, b, b, 0].forEach((value, i) => {
      expect(host.get('product')?.data[i]).toBeCloseTo(value, 5);
    });
    [Math.log(1 / 4), Math.log(3 / 4), Math.log(1 / 2), Math.log(1 / 2)].forEach((value, i) => {
      expect(host.get('logarithm')?.data[i]).toBeCloseTo(value, 5);
    });
    await program.dispose();
  });

  it('names a missing input', async () => {
    const builder = new GraphBuilder();
    builder.output('y', builder.exp(builder.input('x', [1])));
    const program = await backend.compile(builder.build('test'));
    await expect(program.run(new Map())).rejects.toThrow(/was not given x/);
    await program.dispose();
  });
});

describe.skipIf(!hasSoftwareVulkan)("WebGPU (skipped where chromium's software Vulkan is missing)", () => {
  beforeAll(useSoftwareVulkan);

  it('keeps tensors on the device from one program to the next', async () => {
    const backend = createOnnxRuntimeBackend({ device: 'webgpu', threads: 1 });
    const builder = new GraphBuilder();
    const x = builder.input('x', [3]);
    builder.output('next.x', builder.add(x, x));
    const double = await backend.compile(builder.build('double'), new Set(['next.x']));
    const reader = new GraphBuilder();
    reader.output('y', reader.exp(reader.input('x', [3])));
    const read = await backend.compile(reader.build('read'));
    const once = await double.run(new Map([['x', tensor(0, 0.25, 0.5)]]));
    const kept = once.device.get('next.x');
    if (!kept) throw new Error('the tensor was not kept');
    const { host } = await read.run(new Map([['x', kept]]));
    kept.dispose();
    const values = host.get('y')?.data ?? [];
    [1, Math.exp(0.5), Math.E].forEach((expected, index) => {
      expect(values[index]).toBeCloseTo(expected, 5);
    });
    await read.dispose();
    await double.dispose();
  });
});
