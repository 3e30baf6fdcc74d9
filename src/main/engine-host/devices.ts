import { availableParallelism, cpus } from 'node:os';
import { createOnnxRuntimeBackend } from '../engine/backends/onnxruntime';
import { loadTfjs } from '../engine/backends/tfjs/runtime';
import { GraphBuilder } from '../engine/ir/builder';
import type { DeviceInfo } from './protocol';

/** Runs 1 + 1 on WebGPU: whether there is an adapter is only known when it is asked to compute. */
async function probeWebGpu(): Promise<string | null> {
  try {
    const builder = new GraphBuilder();
    const x = builder.input('x', [1, 4]);
    builder.output('y', builder.add(x, x));
    const program = await createOnnxRuntimeBackend({ device: 'webgpu', threads: 1 }).compile(builder.build('probe'));
    const { host } = await program.run(new Map([['x', { shape: [1, 4], data: Float32Array.of(1, 2, 3, 4) }]]));
    await program.dispose();
    return host.get('y')?.data[3] === 8 ? null : 'It gave a wrong sum.';
  } catch {
    return 'No graphics device with Vulkan, Direct3D 12 or Metal answered.';
  }
}

/** What this machine can train on. */
export async function listDevices(): Promise<readonly DeviceInfo[]> {
  const reason = await probeWebGpu();
  const tfjs = await loadTfjs();
  const model = cpus()[0]?.model.trim() ?? 'CPU';
  return [
    { id: 'cpu', name: `${model}, ${availableParallelism()} threads`, available: true, reason: null },
    { id: 'webgpu', name: 'Graphics device (WebGPU)', available: reason === null, reason },
    { id: 'tfjs', name: tfjs.name, available: true, reason: tfjs.note },
  ];
}
