import { expect, it } from 'vitest';
import { GraphBuilder } from '../ir/builder';
import { lowerGraph } from '../onnx/lower';
import { onnxruntime } from './onnxruntime-library';
import { isOutOfMemory, outOfMemory } from './out-of-memory';

it('onnxruntime reports out of memory for a graph that no machine can hold', async () => {
  const builder = new GraphBuilder();
  const x = builder.input('x', [1]);
  // 2^50 bytes of intermediate values exceed any address space.
  const huge = builder.expand(x, [2 ** 24, 2 ** 24]);
  builder.output('y', builder.reduceSum(builder.exp(huge), [0, 1]));
  // Our backends refuse a tensor of that size before it gets there.
  const session = await onnxruntime.InferenceSession.create(lowerGraph(builder.build('huge'), { dialect: 'cpu' }));
  const error: unknown = await session
    .run({ x: new onnxruntime.Tensor('float32', Float32Array.of(1), [1]) })
    .catch((e) => e);
  expect(isOutOfMemory(error)).toBe(true);
  expect(outOfMemory('huge', error)).toMatchObject({ code: 'out-of-memory', hint: expect.stringContaining('smaller') });
  await session.release();
});

// Wording of the runtimes; only the first was observed here.
it.each([
  ['BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 1125899906842624', true],
  ['CUDA failure 2: out of memory ; GPU=0', true],
  ['cudaErrorMemoryAllocation', true],
  ['CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED', true],
  ['Exception 8007000E Not enough memory resources are available to complete this operation', true],
  ['std::bad_alloc', true],
  ['Array buffer allocation failed', true],
  ['OOM when allocating tensor with shape[8,3,197,197]', true],
  ['Uncaptured WebGPU error: Out of memory', true],
  ['the room is empty, no memory of it', false],
  ['Non-zero status code returned while running Gemm node', false],
])('%s', (message, expected) => {
  expect(isOutOfMemory(new Error(message))).toBe(expected);
  expect(isOutOfMemory(new Error('the device failed', { cause: new Error(message) }))).toBe(expected);
});
