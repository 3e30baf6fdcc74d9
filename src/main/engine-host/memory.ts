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
const BASE_MIB = 150;
/**
 * Float values for each token and hidden unit of a block, and for each entry of its attention, until its backward pass
 * is done. Fitted to peaks measured on the CPU, batch and MiB: micro 10, 243; tiny 16, 1671; small 8, 2208; and, head
 * only, base 8, 952.
 */
const PER_HIDDEN = 34;
const PER_ATTENTION = 3.6;
const FORWARD_HIDDEN = 20;

/** Peak resident memory of the engine process in a run, MiB. */
export function estimateMemoryMB({ config, trainable, microBatch, gradientAccumulation }: MemoryOptions): number {
  const parameters = parameterCount(parameterGroups(config));
  const tokens = tokenCount(config);
  const hidden = tokens * config.hiddenSize * 4;
  const pixels = 3 * config.imageSize ** 2 * 4 * microBatch * 6;
  if (trainable === 'head') {
    // The parameters are there as read and in the classifier's own form.
    const activations = microBatch * (FORWARD_HIDDEN * hidden + 2 * config.heads * tokens ** 2 * 4);
    return BASE_MIB + (2 * parameters * 4 + activations + pixels) / MIB;
  }
  const activations =
    microBatch * config.layers * (PER_HIDDEN * hidden + PER_ATTENTION * config.heads * tokens ** 2 * 4);
  // As read, in training, gradients (a second set to add up), m, v; a checkpoint copies parameters, m and v.
  const copies = 1 + 1 + (gradientAccumulation > 1 ? 2 : 1) + 2 + 3;
  return BASE_MIB + (copies * parameters * 4 + activations + pixels) / MIB;
}
