import type { GraphBuilder } from '../ir/builder';
import { sizeOf } from '../ir/shape';
import type { Shape, Value } from '../ir/value';
import type { Family, VitConfig } from './config';

/** Provides a mask of this shape for a site in the network: 0 with `probability`, otherwise 1 / (1 - probability). */
export type MaskSource = (site: string, shape: Shape, probability: number) => Value;

/** Name of the graph input that holds a site's mask. */
export const maskName = (site: string): string => `mask.${site}`;

/** Declares each mask that the forward pass requests as a graph input. */
export const maskInputs =
  (builder: GraphBuilder): MaskSource =>
  (site, shape) =>
    builder.input(maskName(site), shape);

/**
 * Returns the drop path probability of each block. Transformers' DINOv2 gives every block the full rate. Its ViT, DeiT
 * and SigLIP have no drop path: here the rate rises linearly from 0 in the first block to its full value in the last, as in
 * Huang et al. 2016 ("Deep networks with stochastic depth"), DeiT and timm.
 */
export function dropPathRates({ family, layers, dropout }: VitConfig): readonly number[] {
  return Array.from({ length: layers }, (_, index) =>
    dropsBranches(family) ? (dropout.path * index) / Math.max(1, layers - 1) : dropout.path,
  );
}

/**
 * Whether hidden dropout follows the outputs of attention and perceptron; otherwise, as in DINOv2, it follows the
 * embeddings alone. Transformers' SigLIP has none; a run that asks for it gets ViT's.
 */
export function dropsBranches(family: Family): boolean {
  return family === 'vit' || family === 'deit' || family === 'siglip';
}

/**
 * Dropout (Srivastava et al. 2014) and drop path as products with masks. Outside training, when there is no mask
 * source, and at probability 0 nothing is added to the graph.
 */
export class Dropout {
  private readonly builder: GraphBuilder;
  private readonly batch: number;
  private readonly source: MaskSource | null;

  constructor(builder: GraphBuilder, batch: number, source: MaskSource | null) {
    this.builder = builder;
    this.batch = batch;
    this.source = source;
  }

  /** Whether the graph is built for training. */
  get training(): boolean {
    return this.source !== null;
  }

  mask(site: string, shape: Shape, probability: number): Value | null {
    return this.source === null || probability === 0 ? null : this.source(site, shape, probability);
  }

  /** Drops single hidden units of x [batch x tokens, hidden]. */
  units(site: string, x: Value, probability: number): Value {
    const mask = this.mask(site, x.shape, probability);
    return mask === null ? x : this.builder.multiply(x, mask);
  }

  /** Drops everything in x [batch x tokens, hidden] that belongs to an image. */
  images(site: string, x: Value, probability: number): Value {
    const mask = this.mask(site, [this.batch, 1], probability);
    if (mask === null) return x;
    const rows = this.builder.reshape(x, [this.batch, sizeOf(x.shape) / this.batch]);
    return this.builder.reshape(this.builder.multiply(rows, mask), x.shape);
  }
}
