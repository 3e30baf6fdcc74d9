import type { EngineDevice } from '#shared/models/device';
import type { Graph } from '../ir/graph';
import type { NamedTensors, Tensor } from '../tensor';

/**
 * The device that computes. `tfjs` is TensorFlow.js on whatever hardware it finds; the others belong to onnxruntime.
 */
export type { EngineDevice };

/** A tensor kept in device memory, to be fed to further runs. Its owner must dispose of it. */
export interface DeviceTensor {
  readonly kind: 'device';
  readonly shape: readonly number[];
  dispose(): void;
}

export type Feeds = ReadonlyMap<string, Tensor | DeviceTensor>;

export interface ProgramOutputs {
  /** Outputs copied to main memory. */
  readonly host: ReadonlyMap<string, Tensor>;
  /** Outputs left on the device. */
  readonly device: ReadonlyMap<string, DeviceTensor>;
}

/** A compiled graph. */
export interface Program {
  /**
   * Blocks the calling thread while it computes. `into` provides buffers for outputs, which are written in place
   * instead of being allocated.
   */
  run(feeds: Feeds, into?: ReadonlyMap<string, Tensor>): Promise<ProgramOutputs>;
  dispose(): Promise<void>;
}

export interface Backend {
  readonly device: EngineDevice;
  /** Whether outputs can stay on the device. GPUs need this; on a CPU it gains nothing. */
  readonly keepsTensors: boolean;
  /**
   * @param keep names of the outputs to leave on the device
   * @param constants inputs that never change: copied into the program, which is not fed them. Only for backends that
   *   do not keep tensors
   */
  compile(graph: Graph, keep?: ReadonlySet<string>, constants?: NamedTensors): Promise<Program>;
}
