import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Backend } from '../backends/backend';
import { createBackend } from '../backends/create-backend';
import { hasSoftwareVulkan, useSoftwareVulkan } from '../backends/software-vulkan';
import { printGraph } from '../ir/print';
import { pruneGraph } from '../ir/prune';
import type { OpName } from '../ops/attributes';
import { evaluateGraph } from '../selftest/evaluate-graph';
import type { Tensor } from '../tensor';
import { distance, norm } from './distance';
import { grownOps } from './growers';
import { type RandomGraph, randomGraphs } from './random-graph';
import { runs, timeFor } from './runs';

/** As in the op checks; WebGPU meets it too, on the software driver. */
const LIMIT = 1e-5;

/**
 * Compares the forward and backward program on a device with double precision. An output may deviate as far as float32
 * explains: by a relative limit or, where terms cancel, by a hundred times the effect on the reference of rounding each
 * value to float32.
 */
async function compare(backend: Backend, { training, inputs }: RandomGraph): Promise<void> {
  const exact = evaluateGraph(training, inputs);
  const rounded = evaluateGraph(training, inputs, Math.fround);
  const program = await backend.compile(training);
  const feeds = [...inputs].map(([name, { shape, data }]): [string, Tensor] => [
    name,
    { shape, data: Float32Array.from(data) },
  ]);
  const { host } = await program.run(new Map(feeds));
  await program.dispose();
  for (const [name, { data }] of exact) {
    const actual = host.get(name)?.data ?? [];
    const noise = distance(rounded.get(name)?.data ?? [], data);
    const error = distance(actual, data);
    if (!(error <= Math.max(LIMIT * Math.max(1, norm(data)), 100 * noise))) {
      throw new Error(`${name}: off by ${error}: [${[...actual]}] against [${data}]\n${printGraph(training)}`);
    }
  }
}

/** Compares random graphs and reports the operations of their programs, including backward ones. */
async function compareAll(backend: Backend, count: number): Promise<readonly string[]> {
  const lowered = new Set<OpName>();
  await fc.assert(
    fc.asyncProperty(randomGraphs, async (random) => {
      await compare(backend, random);
      for (const { op } of pruneGraph(random.training).nodes) lowered.add(op);
    }),
    runs(count),
  );
  return [...lowered].sort();
}

const all = [...grownOps].sort();

describe('programs of random graphs, forward and backward, agree with double precision', () => {
  it(
    'on the CPU',
    async () => {
      expect(await compareAll(createBackend({ device: 'cpu', threads: 1 }), 200)).toEqual(all);
    },
    timeFor(60),
  );

  it(
    'on TensorFlow.js',
    async () => {
      expect(await compareAll(createBackend({ device: 'tfjs', threads: 0 }), 200)).toEqual(all);
    },
    timeFor(60),
  );

  it.skipIf(!hasSoftwareVulkan)(
    "on WebGPU without the CPU's help (skipped where chromium's software Vulkan is missing)",
    async () => {
      useSoftwareVulkan();
      expect(await compareAll(createBackend({ device: 'webgpu', threads: 1 }), 26)).toEqual(all);
    },
    timeFor(120),
  );
});
