import type { VitConfig } from '../engine/vit/config';
import { parameterCount, parameterGroups, tokenCount } from '../engine/vit/parameters';

export interface MemoryOptions {
  readonly config: VitConfig;
  readonly trainable: 'all' | 'head';
  readonly microBatch: number;
  readonly gradientAccumulation: number;
}

const MIB = 2 ** 20;
/** Node, onnxruntime and the loader's thread before any model. */
const BASE_MIB = 190;
/**
 * Float values that a block keeps or makes per token and hidden unit until its backward pass is done, and per entry of
 * its attention: fitted to measured peaks (docs/pipeline.md).
 */
const PER_HIDDEN = 33;
const PER_ATTENTION = 3;
const FORWARD_HIDDEN = 20;

/** Peak resident memory of the engine process in a run, MiB. */
export function estimateMemoryMB({ config, trainable, microBatch, gradientAccumulation }: MemoryOptions): number {
  const parameters = parameterCount(parameterGroups(config));
  const tokens = tokenCount(config);
  const hidden = tokens * config.hiddenSize * 4;
  const pixels = 3 * config.imageSize ** 2 * 4 * microBatch * 6;
  if (trainable === 'head') {
    // Features are extracted block by block; the parameters are there as read, packed and in the session's own form.
    const activations = microBatch * (FORWARD_HIDDEN * hidden + 2 * config.heads * tokens ** 2 * 4);
    return BASE_MIB + (3 * parameters * 4 + activations + pixels) / MIB;
  }
  const activations =
    microBatch * config.layers * (PER_HIDDEN * hidden + PER_ATTENTION * config.heads * tokens ** 2 * 4);
  // As read, in training, gradients (a second set to add up), m, v; a checkpoint copies parameters, m and v.
  const copies = 1 + 1 + (gradientAccumulation > 1 ? 2 : 1) + 2 + 3;
  return BASE_MIB + (copies * parameters * 4 + activations + pixels) / MIB;
}
