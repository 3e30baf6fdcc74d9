import type { Device } from '#shared/models/run-config';

/** What devices are called in the window. */
export const deviceNames: Readonly<Record<Device, string>> = {
  auto: 'Automatic',
  cpu: 'Processor',
  webgpu: 'GPU (WebGPU)',
  cuda: 'GPU (CUDA)',
  dml: 'GPU (DirectML)',
  coreml: 'GPU (CoreML)',
  tfjs: 'TensorFlow.js',
};
