import { describe, expect, it } from 'vitest';
import type { Backend } from '../backends/backend';
import { createOnnxRuntimeBackend } from '../backends/onnxruntime';
import { outOfMemory } from '../backends/out-of-memory';
import { hasSoftwareVulkan, useSoftwareVulkan } from '../backends/software-vulkan';
import { createRandom, normal } from '../random';
import { relativeError } from '../selftest/check';
import type { NamedTensors } from '../tensor';
import { initialiseParameters } from '../vit/initialise';
import { parameterGroups } from '../vit/parameters';
import { tinyConfig } from '../vit/test-support';
import { createSession } from './create-session';
import type { StepOptions } from './micro-batch';
import { vitModel } from './model';
import type { Batch, OptimizerState, StepResult, TrainingSession } from './session';
import { fittingPart } from './shrinking-session';

const config = { ...tinyConfig, dropout: { hidden: 0.1, attention: 0.1, path: 0.2, patches: 0.5 } };
const model = vitModel(config, 'all');
const start = new Map(
  [
    ...initialiseParameters(
      parameterGroups(config).flatMap(({ parameters }) => parameters),
      1,
    ),
  ].map(([name, { shape, data }]) => [
    name,
    { shape, data: name.endsWith('weight') && shape.length > 1 ? data.map((x) => 10 * x) : data },
  ]),
);
const options: StepOptions = {
  microBatch: 7,
  optimizer: { kind: 'adamw' },
  weightDecay: 0.05,
  maxGradientNorm: 1,
  labelSmoothing: 0.1,
  // Unequal enough that the mean of two halves is far from the mean of the whole.
  classWeights: [1, 20, 0.1],
  seeds: [3, 1],
  emaDecay: 0.9,
};

/** The CPU as a host backend or acting as a device, with memory for the activations of `room()` images. */
const backendWith = (keepsTensors: boolean, room: () => number): Backend =>
  withRoom({ ...createOnnxRuntimeBackend({ device: 'cpu', threads: 1 }), keepsTensors }, room);

function withRoom(backend: Backend, room: () => number): Backend {
  return {
    ...backend,
    compile: async (graph, keep) => {
      const program = await backend.compile(graph, keep);
      return {
        dispose: () => program.dispose(),
        run: (feeds, into) => {
          const images = feeds.get('pixels')?.shape[0] ?? 0;
          if (images > 0 && images > room())
            return Promise.reject(outOfMemory(graph.name, new Error('Failed to allocate memory')));
          return program.run(feeds, into);
        },
      };
    },
  };
}

function batchOf(seed: number, count: number, mixed: boolean): Batch {
  const random = createRandom(seed);
  const labels = () => Int32Array.from({ length: count }, () => Math.floor(3 * random()));
  return {
    pixels: Float32Array.from({ length: count * 3 * 16 * 16 }, () => normal(random)),
    labels: labels(),
    count,
    ...(mixed ? { mixed: { share: 0.7, labels: labels() } } : {}),
  };
}
/** Steps of two micro-batches, the second of them short and every other one mixed. */
const stepOf = (session: TrainingSession, step: number): Promise<StepResult> =>
  session.step([batchOf(step, 7, step % 2 === 0), batchOf(step + 100, 5, false)], 1e-2 / step);
const flat = (tensors: NamedTensors) => [...tensors.values()].flatMap(({ data }) => [...data]);

describe.each([
  ['in our memory', false],
  ['on the device', true],
])('a session with its state %s', (_, keepsTensors) => {
  const open = (room: () => number, notes: string[] = [], from: NamedTensors = start, optimizer?: OptimizerState) =>
    createSession(
      backendWith(keepsTensors, room),
      model,
      { ...options, note: (message) => notes.push(message) },
      from,
      optimizer,
    );

  it('takes the same steps in parts if memory runs out, whatever the loss', async () => {
    const undisturbed = await open(() => 7);
    const notes: string[] = [];
    // Memory shrinks during the run: parts of 7, then 4, then 2 images.
    let room = 7;
    const session = await open(() => room, notes);
    for (let step = 1; step <= 5; step += 1) {
      room = step === 1 ? 7 : step < 4 ? 5 : 2;
      const expected = await stepOf(undisturbed, step);
      const actual = await stepOf(session, step);
      expect(actual.loss / expected.loss).toBeCloseTo(1, 4);
      expect(actual.gradientNorm / expected.gradientNorm).toBeCloseTo(1, 3);
    }
    expect(relativeError(flat(await session.parameters()), flat(await undisturbed.parameters()))).toBeLessThan(1e-4);
    expect(notes).toHaveLength(2);
    expect(notes[0]).toMatch(/7 images at a time.*micro-batches of 4/);
    expect(notes[1]).toMatch(/4 images at a time.*micro-batches of 2/);
    expect((await session.optimizer()).part).toBe(2);
    expect((await undisturbed.optimizer()).part).toBeUndefined();
    await session.dispose();
    await undisturbed.dispose();
  });

  it('discards partial sums if memory runs out inside a step', async () => {
    const undisturbed = await open(() => 7);
    // The first micro-batch of the step fits, the second does not.
    let runs = 0;
    const session = await open(() => (++runs === 2 ? 3 : 7));
    const [expected, actual] = [await stepOf(undisturbed, 1), await stepOf(session, 1)];
    expect((await session.optimizer()).part).toBe(4);
    expect(actual.gradientNorm / expected.gradientNorm).toBeCloseTo(1, 4);
    expect(actual.loss / expected.loss).toBeCloseTo(1, 5);
    await session.dispose();
    await undisturbed.dispose();
  });

  it('continues to identical weights from a checkpoint, with more memory too', async () => {
    const whole = await open(() => 4);
    await stepOf(whole, 1);
    const [parameters, optimizer] = [await whole.parameters(), await whole.optimizer()];
    await stepOf(whole, 2);
    const second = await open(() => 7, [], parameters, optimizer);
    await stepOf(second, 2);
    expect(flat(await second.parameters())).toEqual(flat(await whole.parameters()));
    await whole.dispose();
    await second.dispose();
  });

  it('starts with the given part', async () => {
    const notes: string[] = [];
    const session = await createSession(
      backendWith(keepsTensors, () => 3),
      model,
      { ...options, part: 3, note: (message) => notes.push(message) },
      start,
    );
    await stepOf(session, 1);
    expect(notes).toEqual([]);
    expect((await session.optimizer()).part).toBe(3);
    await session.dispose();
  });

  it('gives the same logits in parts, and fails if not even one image fits', async () => {
    const whole = await open(() => 7);
    const session = await open(() => 2);
    const { pixels } = batchOf(9, 6, false);
    expect(relativeError(await session.logits(pixels, 6), await whole.logits(pixels, 6))).toBeLessThan(1e-5);
    await whole.dispose();
    await session.dispose();
    const none = await open(() => 0);
    await expect(stepOf(none, 1)).rejects.toMatchObject({ code: 'out-of-memory' });
    await none.dispose();
  });
});

it.skipIf(!hasSoftwareVulkan)(
  "frees and allocates what it needs on WebGPU (skipped where chromium's software Vulkan is missing)",
  async () => {
    useSoftwareVulkan();
    let room = 7;
    const webgpu = withRoom(createOnnxRuntimeBackend({ device: 'webgpu', threads: 1 }), () => room);
    const session = await createSession(webgpu, model, options, start);
    const undisturbed = await createSession(
      backendWith(false, () => 7),
      model,
      options,
      start,
    );
    for (let step = 1; step <= 3; step += 1) {
      room = step === 1 ? 7 : 4;
      const [expected, actual] = [await stepOf(undisturbed, step), await stepOf(session, step)];
      expect(actual.loss / expected.loss).toBeCloseTo(1, 4);
    }
    expect((await session.optimizer()).part).toBe(4);
    expect(relativeError(flat(await session.parameters()), flat(await undisturbed.parameters()))).toBeLessThan(1e-3);
    await session.dispose();
    await undisturbed.dispose();
  },
  120_000,
);

it('halves until it fits', () => {
  const tried: number[] = [];
  const fits = (part: number) => {
    tried.push(part);
    return part <= 3;
  };
  expect(fittingPart(10, fits)).toBe(3);
  expect(tried).toEqual([10, 5, 3]);
  expect(fittingPart(10, () => true)).toBe(10);
  expect(fittingPart(10, () => false)).toBe(1);
});
