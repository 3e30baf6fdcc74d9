import type { InferenceSession } from 'onnxruntime-node';
import type { Dialect } from '../ops/rule';
import type { EngineDevice } from './backend';

/** Devices that onnxruntime supports; TensorFlow.js has its own backend. */
export type OnnxRuntimeDevice = Exclude<EngineDevice, 'tfjs'>;

/** How to request a device from onnxruntime. */
export interface ExecutionProvider {
  readonly provider: InferenceSession.ExecutionProviderConfig;
  readonly dialect: Dialect;
  /**
   * Whether outputs can stay on the device between runs. In onnxruntime-node only WebGPU supports this: outputs of
   * CUDA, DirectML and CoreML always return to main memory.
   */
  readonly keepsTensors: boolean;
  /** Name used in error messages. */
  readonly title: string;
}

/**
 * MLProgram (0x10) keeps float32; static shapes (0x08); CPU and GPU only (0x20), because the Neural Engine computes in
 * 16 bits.
 */
const COREML_FLAGS = 0x10 | 0x08 | 0x20;

/**
 * CUDA has every kernel of the `cpu` dialect, including FusedMatMul and LogSoftmax (onnxruntime's OperatorKernels.md).
 * DirectML and CoreML get standard operators only.
 */
export const executionProviders: Readonly<Record<OnnxRuntimeDevice, ExecutionProvider>> = {
  cpu: { provider: 'cpu', dialect: 'cpu', keepsTensors: false, title: 'CPU' },
  webgpu: { provider: 'webgpu', dialect: 'webgpu', keepsTensors: true, title: 'GPU' },
  cuda: { provider: 'cuda', dialect: 'cpu', keepsTensors: false, title: 'GPU (CUDA)' },
  dml: { provider: 'dml', dialect: 'webgpu', keepsTensors: false, title: 'GPU (DirectML)' },
  coreml: {
    provider: { name: 'coreml', coreMlFlags: COREML_FLAGS },
    dialect: 'webgpu',
    keepsTensors: false,
    title: 'GPU (CoreML)',
  },
};

/**
 * Prepares the environment; must run before the first CUDA session. cuBLAS would otherwise multiply with a 10-bit
 * mantissa (TF32), and onnxruntime-node has no setting for that: the library reads this variable when it is loaded.
 */
export function prepareProvider(device: OnnxRuntimeDevice): void {
  if (device === 'cuda') process.env['NVIDIA_TF32_OVERRIDE'] ??= '0';
}
