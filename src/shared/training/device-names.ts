import type { Device } from '../models/run-config';

export const deviceNames: Readonly<Record<Device, string>> = {
  auto: 'Automatic',
  cpu: 'Processor',
  webgpu: 'GPU (WebGPU)',
  cuda: 'GPU (CUDA)',
  dml: 'GPU (DirectML)',
  coreml: 'GPU (CoreML)',
  tfjs: 'TensorFlow.js',
};
