import type { Device } from '../models/run-config';

/** What devices are called in the window and in logs. */
export const deviceNames: Readonly<Record<Device, string>> = {
  auto: 'Automatic',
  cpu: 'Processor',
  webgpu: 'GPU (WebGPU)',
  cuda: 'GPU (CUDA)',
  dml: 'GPU (DirectML)',
  coreml: 'GPU (CoreML)',
  tfjs: 'TensorFlow.js',
};
