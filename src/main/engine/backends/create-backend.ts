import type { Backend, EngineDevice } from './backend';
import { createOnnxRuntimeBackend } from './onnxruntime';
import { createTfjsBackend } from './tfjs/tfjs';

export interface BackendOptions {
  readonly device: EngineDevice;
  /** Threads of one operation; 0 = one a physical core. TensorFlow.js has no such setting. */
  readonly threads: number;
}

/** What runs graphs on a device. */
export function createBackend({ device, threads }: BackendOptions): Backend {
  return device === 'tfjs' ? createTfjsBackend() : createOnnxRuntimeBackend({ device, threads });
}
