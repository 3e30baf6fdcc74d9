import { availableParallelism, cpus } from 'node:os';
import type { DeviceInfo } from '#shared/models/device';
import { deviceProblem, halfPrecisionProblem } from '../../engine/backends/availability';
import type { OnnxRuntimeDevice } from '../../engine/backends/execution-providers';
import { loadTfjs } from '../../engine/backends/tfjs/runtime';
import { graphicsCards } from './graphics-cards';

const neverRun = (id: string) =>
  `Untested on this kind of hardware. Before relying on it, compare a run with one on the CPU (on the command line: fovea selftest --device ${id}).`;

const providers: readonly {
  readonly id: Exclude<OnnxRuntimeDevice, 'cpu'>;
  readonly title: string;
  readonly untested: string;
}[] = [
  {
    id: 'webgpu',
    title: 'WebGPU',
    untested: 'Untested on a graphics card; tested on a software driver only.',
  },
  { id: 'cuda', title: 'CUDA', untested: neverRun('cuda') },
  { id: 'dml', title: 'DirectML', untested: neverRun('dml') },
  { id: 'coreml', title: 'CoreML', untested: neverRun('coreml') },
];

/** Lists every device that Fovea supports, and whether it works here; if not, with the reason and a remedy. */
export async function listDevices(): Promise<readonly DeviceInfo[]> {
  const cards = await graphicsCards();
  const model = cpus()[0]?.model.trim() ?? 'Processor';
  const devices: DeviceInfo[] = [
    {
      id: 'cpu',
      name: `${model}, ${availableParallelism()} threads`,
      available: true,
      reason: null,
      untested: null,
    },
  ];
  // One after the other: two runtimes opening one card at the same time is untested.
  for (const { id, title, untested } of providers) {
    const reason = await deviceProblem(id);
    const available = reason === null;
    const half = id === 'webgpu' ? { halfPrecision: await halfPrecisionOfWebGpu(reason) } : {};
    devices.push({ id, name: available ? onCards(id, title, cards) : title, available, reason, untested, ...half });
  }
  const { name, note } = await loadTfjs();
  const onCuda = name === 'TensorFlow.js on CUDA';
  devices.push({ id: 'tfjs', name, available: true, reason: onCuda ? null : note, untested: onCuda ? note : null });
  return devices;
}

async function halfPrecisionOfWebGpu(deviceReason: string | null): Promise<DeviceInfo['halfPrecision'] & {}> {
  const reason = deviceReason ?? (await halfPrecisionProblem('webgpu'));
  return { available: reason === null, reason, untested: 'Untested on an adapter with fp16.' };
}

/** Names all suitable cards: which one a provider uses cannot be queried. */
function onCards(id: OnnxRuntimeDevice, title: string, cards: readonly string[]): string {
  const fitting = id === 'cuda' ? cards.filter((card) => /nvidia/i.test(card)) : cards;
  if (fitting.length > 0) return `${title} on ${fitting.join(' or ')}`;
  return id === 'webgpu' ? 'WebGPU (no graphics card found, perhaps a software driver)' : title;
}
