import { describe, expect, it } from 'vitest';
import type { Backend } from '../../engine/backends/backend';
import { createBackend } from '../../engine/backends/create-backend';
import { createOnnxRuntimeBackend } from '../../engine/backends/onnxruntime';
import { hasSoftwareVulkan, useSoftwareVulkan } from '../../engine/backends/software-vulkan';
import { type ProbeOptions, probeConfig, probeTraining } from '../../engine/bench/probe-training';
import { candidatesOf, chooseFastest, type DeviceId, type Measurements } from './fastest-device';
import { quickGemmRate } from './speed';

const tiny: ProbeOptions = {
  config: { ...probeConfig, imageSize: 32, hiddenSize: 24, intermediateSize: 48 },
  batch: 2,
  steps: 1,
  patience: 1000,
};

/** Devices that compute with the CPU's kernels and claim these times; a null fails when it is asked to compute. */
function contestOf(times: Partial<Record<DeviceId, number | null>>, change: (backend: Backend) => Backend = (b) => b) {
  const asked: string[] = [];
  const contest: Measurements = {
    createBackend: (device) => {
      const cpu = createOnnxRuntimeBackend({ device: 'cpu', threads: 1 });
      return device === 'cpu' ? cpu : change({ ...cpu, device });
    },
    gemmRate: async () => 100,
    probe: async (backend) => {
      asked.push(backend.device);
      const millisecondsPerStep = times[backend.device] ?? null;
      if (millisecondsPerStep === null) throw new Error('the driver is gone');
      return { ...(await probeTraining(backend, tiny)), millisecondsPerStep };
    },
  };
  return { contest, asked };
}

describe('chooseFastest', () => {
  it('picks the fastest device that agrees with the CPU', async () => {
    const { contest, asked } = contestOf({ cpu: 100, webgpu: 40, cuda: 25, dml: null });
    const { device, why } = await chooseFastest(['dml', 'webgpu', 'cuda'], contest);
    expect(device).toBe('cuda');
    expect(why).toContain('4.0 times');
    expect(asked).toEqual(['cpu', 'dml', 'webgpu', 'cuda']);
  });

  it('stays with the CPU if a device is only slightly faster', async () => {
    expect((await chooseFastest(['webgpu'], contestOf({ cpu: 100, webgpu: 90 }).contest)).device).toBe('cpu');
    expect((await chooseFastest(['webgpu'], contestOf({ cpu: 100, webgpu: 80 }).contest)).device).toBe('webgpu');
  });

  it('rejects a fast device with different numbers', async () => {
    // Gradients that are 5 % too large show in their norm.
    const wrong = (backend: Backend): Backend => ({
      ...backend,
      compile: async (graph, keep) => {
        const program = await backend.compile(graph, keep);
        return {
          ...program,
          dispose: () => program.dispose(),
          run: async (feeds, into) => {
            const outputs = await program.run(feeds, into);
            for (const [name, { data }] of outputs.host) {
              if (name.startsWith('gradient.')) for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) * 1.05;
            }
            return outputs;
          },
        };
      },
    });
    expect((await chooseFastest(['cuda'], contestOf({ cpu: 100, cuda: 5 }, wrong).contest)).device).toBe('cpu');
  });

  it('does not train on a device that is far slower at a matrix product', async () => {
    const { contest, asked } = contestOf({ cpu: 100, webgpu: 1 });
    const slow: Measurements = { ...contest, gemmRate: async ({ device }) => (device === 'cpu' ? 100 : 20) };
    expect((await chooseFastest(['webgpu'], slow)).device).toBe('cpu');
    expect(asked).toEqual(['cpu']);
  });

  it('measures nothing if there is only the CPU', async () => {
    const { contest, asked } = contestOf({});
    expect((await chooseFastest([], contest)).device).toBe('cpu');
    expect(asked).toEqual([]);
  });

  it.skipIf(!hasSoftwareVulkan)(
    "never picks a Vulkan that computes on the CPU (skipped where chromium's is missing)",
    async () => {
      useSoftwareVulkan();
      const rates: Record<string, number> = {};
      const contest: Measurements = {
        createBackend: (device) => createBackend({ device, threads: 0 }),
        gemmRate: async (backend) => {
          rates[backend.device] = await quickGemmRate(backend);
          return rates[backend.device] as number;
        },
        probe: (backend) => probeTraining(backend),
      };
      const { device } = await chooseFastest(['webgpu'], contest);
      // It was there and did compute.
      expect(rates['webgpu']).toBeGreaterThan(0);
      expect(device).toBe('cpu');
    },
    120_000,
  );
});

it('considers TensorFlow.js on CUDA only, and no unavailable device', () => {
  const device = (id: DeviceId, name: string, available = true) => ({
    id,
    name,
    available,
    reason: null,
    untested: null,
  });
  expect(candidatesOf([device('cpu', 'A'), device('webgpu', 'B'), device('cuda', 'C', false)])).toEqual(['webgpu']);
  expect(candidatesOf([device('tfjs', 'TensorFlow.js, CPU reference')])).toEqual([]);
  expect(candidatesOf([device('tfjs', 'TensorFlow.js on CUDA')])).toEqual(['tfjs']);
});
