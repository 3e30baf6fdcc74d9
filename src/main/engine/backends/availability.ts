import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { listSupportedBackends } from 'onnxruntime-node';
import { GraphBuilder } from '../ir/builder';
import type { Backend } from './backend';
import type { OnnxRuntimeDevice } from './execution-providers';
import { missingLibrary } from './missing-library';
import { createOnnxRuntimeBackend } from './onnxruntime';

type ProbedDevice = Exclude<OnnxRuntimeDevice, 'cpu'>;

const NEEDS: Readonly<Record<ProbedDevice, { readonly build: string; readonly machine: string }>> = {
  webgpu: {
    build: 'onnxruntime has WebGPU for x64 (Linux, Windows) and Apple silicon.',
    machine: 'No graphics device with Vulkan, Direct3D 12 or Metal answered. Install or update its driver.',
  },
  cuda: {
    build: 'onnxruntime has CUDA for Linux on x64 only. WebGPU reaches NVIDIA cards too.',
    machine: 'It needs an NVIDIA driver, CUDA 12 and cuDNN 9, with their libraries on LD_LIBRARY_PATH.',
  },
  dml: {
    build: 'DirectML is part of Windows. WebGPU reaches the same cards elsewhere.',
    machine: 'No graphics device with Direct3D 12 answered. Install or update its driver.',
  },
  coreml: { build: 'CoreML is part of macOS.', machine: 'CoreML did not take the model.' },
};

const CUDA_NOT_INSTALLED = `onnxruntime's CUDA libraries are not installed; "npm run setup:cuda" in a checkout gets them. ${NEEDS.cuda.machine}`;

const VULKAN_LOADER = 'libvulkan.so.1';
const VULKAN_NOT_INSTALLED = `${VULKAN_LOADER} is missing: install Vulkan (libvulkan1 on Debian and Ubuntu) and the driver of the graphics card.`;

/** Why onnxruntime cannot compute on a device here, with what to do about it; null where it can. */
export async function deviceProblem(device: OnnxRuntimeDevice): Promise<string | null> {
  if (device === 'cpu') return null;
  const { build, machine } = NEEDS[device];
  if (!listSupportedBackends().some(({ name }) => name === device)) return build;
  // Asked without their libraries, onnxruntime and Dawn write lines of paths to the terminal.
  if (device === 'cuda' && !hasCudaLibrary()) return CUDA_NOT_INSTALLED;
  if (device === 'webgpu' && !hasVulkanLoader()) return VULKAN_NOT_INSTALLED;
  try {
    return (await addsCorrectly(createOnnxRuntimeBackend({ device, threads: 1 })))
      ? null
      : 'It gave a wrong sum. Update its driver, or choose another device.';
  } catch (error) {
    const library = missingLibrary(error);
    return library === null ? machine : `${library} is missing or does not fit. ${machine}`;
  }
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
    // It is no Node add-on, which is what Node says where the library is there.
    return !(error instanceof Error && error.message.includes('cannot open shared object file'));
  }
}

/** Whether there is a device at all is only known when it is asked to compute. */
async function addsCorrectly(backend: Backend): Promise<boolean> {
  const builder = new GraphBuilder();
  const x = builder.input('x', [1, 4]);
  builder.output('y', builder.add(x, x));
  const program = await backend.compile(builder.build('probe'));
  const { host } = await program.run(new Map([['x', { shape: [1, 4], data: Float32Array.of(1, 2, 3, 4) }]]));
  await program.dispose();
  return host.get('y')?.data[3] === 8;
}
