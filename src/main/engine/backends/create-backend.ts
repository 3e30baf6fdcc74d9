import type { Backend, EngineDevice } from './backend';
import { createOnnxRuntimeBackend } from './onnxruntime';
import { createTfjsBackend } from './tfjs/tfjs';

export interface BackendOptions {
  readonly device: EngineDevice;
  /** Threads per operation; 0 = one per physical core. TensorFlow.js has no such setting. */
  readonly threads: number;
}

/** Creates the backend that runs graphs on a device. */
export function createBackend({ device, threads }: BackendOptions): Backend {
  return device === 'tfjs' ? createTfjsBackend() : createOnnxRuntimeBackend({ device, threads });
}
