import { beforeAll, describe, expect, it } from 'vitest';
import type { Backend, EngineDevice, Program } from '../backends/backend';
import { createBackend } from '../backends/create-backend';
import { hasSoftwareVulkan, useSoftwareVulkan } from '../backends/software-vulkan';
import type { OptimizerSettings } from '../optim/optimizer';
import { createRandom, normal } from '../random';
import { noDropout, type VitConfig } from '../vit/config';
import { initialiseParameters } from '../vit/initialise';
import { parameterGroups } from '../vit/parameters';
import { DeviceTrainingSession } from './device-session';
import type { StepOptions } from './micro-batch';
import { vitModel } from './model';
import type { Batch } from './session';

/** One tensor transferred between main memory and the device. */
interface Transfer {
  readonly direction: 'up' | 'down';
  readonly name: string;
  readonly bytes: number;
}

/** A backend that records what its programs read from main memory and write back to it. */
function counting(backend: Backend): { backend: Backend; transfers: Transfer[] } {
  const transfers: Transfer[] = [];
  const note = (direction: Transfer['direction'], name: string, data: Float32Array): void => {
    transfers.push({ direction, name, bytes: data.byteLength });
  };
  const wrap = (program: Program, inputs: readonly string[]): Program => ({
    run: async (feeds, into) => {
      for (const name of inputs) {
        const feed = feeds.get(name);
        if (feed && 'data' in feed) note('up', name, feed.data);
      }
      const outputs = await program.run(feeds, into);
      for (const [name, { data }] of outputs.host) note('down', name, data);
      return outputs;
    },
    dispose: () => program.dispose(),
  });
  return {
    transfers,
    backend: {
      ...backend,
      compile: async (graph, keep) =>
        wrap(
          await backend.compile(graph, keep),
          graph.inputs.map(({ name }) => name),
        ),
    },
  };
}

const config: VitConfig = {
  family: 'vit',
  imageSize: 16,
  patchSize: 8,
  channels: 3,
  hiddenSize: 8,
  layers: 1,
  heads: 2,
  intermediateSize: 16,
  layerNormEpsilon: 1e-12,
  qkvBias: true,
  registerTokens: 0,
  maskToken: false,
  dropout: noDropout,
  classes: ['a', 'b', 'c'],
};
const specs = parameterGroups(config).flatMap((group) => group.parameters);
const MICRO_BATCH = 4;
const PIXEL_BYTES = 4 * MICRO_BATCH * 3 * 16 * 16;
const TARGET_BYTES = 4 * MICRO_BATCH * 3;

function batchOf(seed: number): Batch {
  const random = createRandom(seed);
  return {
    pixels: Float32Array.from({ length: MICRO_BATCH * 3 * 16 * 16 }, () => normal(random)),
    labels: Int32Array.of(0, 1, 2, 0),
    count: MICRO_BATCH,
  };
}

const microBatchUp: readonly Transfer[] = [
  { direction: 'up', name: 'pixels', bytes: PIXEL_BYTES },
  { direction: 'up', name: 'targets', bytes: TARGET_BYTES },
];

beforeAll(useSoftwareVulkan);

describe('a training step', () => {
  const cases: readonly [EngineDevice, OptimizerSettings, emaDecay: number | null, rates: number][] = [
    ['tfjs', { kind: 'adamw' }, null, 3],
    ['tfjs', { kind: 'sgd', momentum: 0.9 }, 0.9, 3],
    ['webgpu', { kind: 'adamw' }, 0.9, 5],
  ];
  it.for(cases)(
    "on %s moves the batch in, and two numbers out: %o (WebGPU is skipped where chromium's software Vulkan is missing)",
    { timeout: 180_000 },
    async ([device, optimizer, emaDecay, rates], { skip }) => {
      if (device === 'webgpu' && !hasSoftwareVulkan) skip();
      const { backend, transfers } = counting(createBackend({ device, threads: 1 }));
      const options: StepOptions = {
        microBatch: MICRO_BATCH,
        optimizer,
        weightDecay: 0.05,
        maxGradientNorm: 1,
        labelSmoothing: 0,
        classWeights: null,
        seeds: [1],
        emaDecay,
      };
      const start = initialiseParameters(specs, 1);
      const session = await DeviceTrainingSession.create(backend, vitModel(config, 'all'), options, start, null);
      const stepped: number[] = [];
      for (const microBatches of [[batchOf(1)], [batchOf(2), batchOf(3), batchOf(4)], [batchOf(5)]]) {
        transfers.length = 0;
        const { loss, gradientNorm } = await session.step(microBatches, 1e-2);
        stepped.push(loss, gradientNorm);
        expect(transfers).toEqual([
          ...microBatches.flatMap(() => microBatchUp),
          { direction: 'down', name: 'summary', bytes: 8 },
          { direction: 'up', name: 'rates', bytes: 4 * rates },
        ]);
      }
      expect(stepped.every((value) => value > 0 && Number.isFinite(value))).toBe(true);

      // The counter would notice such transfers in a step: here all parameters come down, once each.
      transfers.length = 0;
      await session.parameters();
      const bytes = 4 * specs.reduce((sum, { shape }) => sum + shape.reduce((size, axis) => size * axis, 1), 0);
      expect(transfers.every(({ direction }) => direction === 'down')).toBe(true);
      expect(transfers.reduce((sum, transfer) => sum + transfer.bytes, 0)).toBe(bytes);
      await session.dispose();
    },
  );
});
