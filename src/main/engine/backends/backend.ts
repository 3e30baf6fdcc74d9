import type { EngineDevice } from '#shared/models/device';
import type { Graph } from '../ir/graph';
import type { Tensor } from '../tensor';

/** What computes. `tfjs` is TensorFlow.js on whatever it found; the others are onnxruntime's. */
export type { EngineDevice };

/** A tensor that stays where the device keeps it, to be fed to further runs. Must be disposed by its owner. */
export interface DeviceTensor {
  readonly kind: 'device';
  readonly shape: readonly number[];
  dispose(): void;
}

export type Feeds = ReadonlyMap<string, Tensor | DeviceTensor>;

export interface ProgramOutputs {
  /** Outputs in main memory. */
  readonly host: ReadonlyMap<string, Tensor>;
  /** Outputs that stay on the device. */
  readonly device: ReadonlyMap<string, DeviceTensor>;
}

/** A compiled graph. */
export interface Program {
  /** Blocks its thread while it computes. `into` gives buffers for outputs, which are then reused and not allocated. */
  run(feeds: Feeds, into?: ReadonlyMap<string, Tensor>): Promise<ProgramOutputs>;
  dispose(): Promise<void>;
}

export interface Backend {
  readonly device: EngineDevice;
  /** True where outputs can stay on the device: what a GPU needs, and what a CPU has no use for. */
  readonly keepsTensors: boolean;
  /** @param keep names of the outputs that stay on the device */
  compile(graph: Graph, keep?: ReadonlySet<string>): Promise<Program>;
}
