/** A float32 array with its shape, row-major. The only form of tensor that crosses the engine's boundary. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Parameters (or m, or v) under the names that Hugging Face writes. */
export type NamedTensors = ReadonlyMap<string, Tensor>;
