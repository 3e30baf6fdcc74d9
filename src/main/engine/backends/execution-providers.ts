import type { InferenceSession } from 'onnxruntime-node';
import type { Dialect } from '../ops/rule';
import type { EngineDevice } from './backend';

/** Devices that onnxruntime reaches; TensorFlow.js has its own backend. */
export type OnnxRuntimeDevice = Exclude<EngineDevice, 'tfjs'>;

/** How onnxruntime is asked for a device. */
export interface ExecutionProvider {
  readonly provider: InferenceSession.ExecutionProviderConfig;
  readonly dialect: Dialect;
  /**
   * Outputs can stay on the device from run to run. Only WebGPU's can in onnxruntime-node: those of CUDA, DirectML and
   * CoreML always return to main memory.
   */
  readonly keepsTensors: boolean;
  /** What to call it in an error. */
  readonly title: string;
}

/** MLProgram (0x10) keeps float32; static shapes (0x08); CPU and GPU (0x20), for the Neural Engine computes in 16 bits. */
const COREML_FLAGS = 0x10 | 0x08 | 0x20;

/**
 * CUDA has every kernel of the `cpu` dialect, FusedMatMul and LogSoftmax among them (onnxruntime's OperatorKernels.md).
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
 * Before the first session on CUDA: cuBLAS would multiply with 10 bits of mantissa (TF32), which onnxruntime-node has no
 * setting for. The library reads this when it is loaded.
 */
export function prepareProvider(device: OnnxRuntimeDevice): void {
  if (device === 'cuda') process.env['NVIDIA_TF32_OVERRIDE'] ??= '0';
}
