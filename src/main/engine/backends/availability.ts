import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { GraphBuilder } from '../ir/builder';
import type { Backend, EngineDevice } from './backend';
import type { OnnxRuntimeDevice } from './execution-providers';
import { missingLibrary } from './missing-library';
import { createOnnxRuntimeBackend } from './onnxruntime';
import { onnxruntime } from './onnxruntime-library';

type ProbedDevice = Exclude<OnnxRuntimeDevice, 'cpu'>;

const NEEDS: Readonly<Record<ProbedDevice, { readonly build: string; readonly machine: string }>> = {
  webgpu: {
    build: 'onnxruntime supports WebGPU on x64 (Linux, Windows) and Apple silicon.',
    machine: 'No graphics device with Vulkan, Direct3D 12 or Metal was found. Install or update its driver.',
  },
  cuda: {
    build: 'onnxruntime supports CUDA on Linux x64 only. WebGPU also supports NVIDIA cards.',
    machine: 'It needs an NVIDIA driver, CUDA 12 and cuDNN 9, with their libraries on LD_LIBRARY_PATH.',
  },
  dml: {
    build: 'DirectML is part of Windows. WebGPU supports the same cards elsewhere.',
    machine: 'No graphics device with Direct3D 12 was found. Install or update its driver.',
  },
  coreml: { build: 'CoreML is part of macOS.', machine: 'CoreML rejected the model.' },
};

const CUDA_NOT_INSTALLED = `onnxruntime's CUDA libraries are not installed; "npm run setup:cuda" in a source checkout installs them. ${NEEDS.cuda.machine}`;

const VULKAN_LOADER = 'libvulkan.so.1';
const VULKAN_NOT_INSTALLED = `${VULKAN_LOADER} is missing: install Vulkan (libvulkan1 on Debian and Ubuntu) and the driver of the graphics card.`;

/** Returns why onnxruntime cannot use a device here and how to fix it, or null if it can. */
export async function deviceProblem(device: OnnxRuntimeDevice): Promise<string | null> {
  if (device === 'cpu') return null;
  const { build, machine } = NEEDS[device];
  if (!onnxruntime.listSupportedBackends().some(({ name }) => name === device)) return build;
  // Without their libraries, onnxruntime and Dawn print paths to the terminal when a device is requested.
  if (device === 'cuda' && !hasCudaLibrary()) return CUDA_NOT_INSTALLED;
  if (device === 'webgpu' && !hasVulkanLoader()) return VULKAN_NOT_INSTALLED;
  try {
    return (await addsCorrectly(createOnnxRuntimeBackend({ device, threads: 1 })))
      ? null
      : 'It computed a wrong result. Update its driver, or choose another device.';
  } catch (error) {
    const library = missingLibrary(error);
    return library === null ? machine : `${library} is missing or incompatible. ${machine}`;
  }
}

const NO_HALF_PRECISION: Readonly<Record<Exclude<EngineDevice, 'webgpu'>, string>> = {
  cpu: 'On the processor, onnxruntime computes half floats in 32 bits, so there is no gain.',
  cuda: 'Half precision needs WebGPU, which also supports NVIDIA cards and keeps all state on them.',
  dml: 'Half precision needs WebGPU, which supports the same cards.',
  coreml: 'Half precision needs WebGPU, which supports the same cards.',
  tfjs: 'TensorFlow.js does not support half floats.',
};

let halfPrecisionOnWebGpu: Promise<string | null> | null = null;

/** Returns why a device that works here cannot train in half precision, or null if it can. Probed once per process. */
export async function halfPrecisionProblem(device: EngineDevice): Promise<string | null> {
  if (device !== 'webgpu') return NO_HALF_PRECISION[device];
  halfPrecisionOnWebGpu ??= roundsToHalf(createOnnxRuntimeBackend({ device, threads: 1 })).then(
    (rounds) => (rounds ? null : 'It computed a wrong result in half precision. Update its driver.'),
    () => 'Its graphics card or driver does not support half floats (the WebGPU feature shader-f16).',
  );
  return halfPrecisionOnWebGpu;
}

function hasCudaLibrary(): boolean {
  try {
    const folder = path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
    const binaries = path.join(folder, 'bin/napi-v6', process.platform, process.arch);
    return existsSync(path.join(binaries, 'libonnxruntime_providers_cuda.so'));
  } catch {
    return false;
  }
}

function hasVulkanLoader(): boolean {
  if (process.platform !== 'linux') return true;
  try {
    process.dlopen({ exports: {} }, VULKAN_LOADER);
    return true;
  } catch (error) {
    // Once found and loaded, the library fails with another error: it is not a Node add-on.
    return !(error instanceof Error && error.message.includes('cannot open shared object file'));
  }
}

/** Runs an addition, because only a computation shows whether a device exists. */
async function addsCorrectly(backend: Backend): Promise<boolean> {
  const builder = new GraphBuilder();
  const x = builder.input('x', [1, 4]);
  builder.output('y', builder.add(x, x));
  const program = await backend.compile(builder.build('probe'));
  const { host } = await program.run(new Map([['x', { shape: [1, 4], data: Float32Array.of(1, 2, 3, 4) }]]));
  await program.dispose();
  return host.get('y')?.data[3] === 8;
}

/**
 * Multiplies matrices in half precision, because onnxruntime does not report the card's features: 2049 must become
 * 2048.
 */
export async function roundsToHalf(backend: Backend): Promise<boolean> {
  const builder = new GraphBuilder();
  const a = builder.cast(builder.input('a', [1, 2, 2]), 'float16');
  const b = builder.cast(builder.input('b', [1, 2, 2]), 'float16');
  builder.output('y', builder.cast(builder.matmul(a, b), 'float32'));
  const program = await backend.compile(builder.build('half precision probe'));
  const tensor = (...values: number[]) => ({ shape: [1, 2, 2], data: Float32Array.from(values) });
  const { host } = await program.run(
    new Map([
      ['a', tensor(2049, 0.1, 3, -4)],
      ['b', tensor(1, 0, 0, 1)],
    ]),
  );
  await program.dispose();
  const expected = [2048, 0.0999755859375, 3, -4];
  return expected.every((value, index) => host.get('y')?.data[index] === value);
}
