import type { GraphBuilder } from '../ir/builder';
import { sizeOf } from '../ir/shape';
import type { Shape, Value } from '../ir/value';
import type { Family, VitConfig } from './config';

/** A mask of this shape for a place of the network: 0 with `probability`, else 1 / (1 - probability). */
export type MaskSource = (site: string, shape: Shape, probability: number) => Value;

/** The input of a graph that a site's mask comes in as. */
export const maskName = (site: string): string => `mask.${site}`;

/** Makes each mask that the forward pass asks for an input of the graph. */
export const maskInputs =
  (builder: GraphBuilder): MaskSource =>
  (site, shape) =>
    builder.input(maskName(site), shape);

/**
 * The probability with which each block's branches are dropped. Transformers' DINOv2 gives every block the full rate.
 * Its ViT and DeiT have no drop path: there the rate rises linearly from 0 in the first block to its full value in the
 * last, as Huang et al. 2016 ("Deep networks with stochastic depth"), DeiT and timm do.
 */
export function dropPathRates({ family, layers, dropout }: VitConfig): readonly number[] {
  return Array.from({ length: layers }, (_, index) =>
    dropsBranches(family) ? (dropout.path * index) / Math.max(1, layers - 1) : dropout.path,
  );
}

/**
 * True where hidden dropout follows the outputs of attention and perceptron; else, as in DINOv2, it follows the
 * embeddings alone.
 */
export function dropsBranches(family: Family): boolean {
  return family === 'vit' || family === 'deit';
}

/**
 * Dropout (Srivastava et al. 2014) and drop path: products with masks. Outside of training, where there is no source, and
 * at probability 0 nothing is added to the graph.
 */
export class Dropping {
  private readonly builder: GraphBuilder;
  private readonly batch: number;
  private readonly source: MaskSource | null;

  constructor(builder: GraphBuilder, batch: number, source: MaskSource | null) {
    this.builder = builder;
    this.batch = batch;
    this.source = source;
  }

  /** Whether gradients will be asked for. */
  get training(): boolean {
    return this.source !== null;
  }

  mask(site: string, shape: Shape, probability: number): Value | null {
    return this.source === null || probability === 0 ? null : this.source(site, shape, probability);
  }

  /** Single hidden units of x [batch x tokens, hidden]. */
  units(site: string, x: Value, probability: number): Value {
    const mask = this.mask(site, x.shape, probability);
    return mask === null ? x : this.builder.multiply(x, mask);
  }

  /** All of x [batch x tokens, hidden] that belongs to an image. */
  images(site: string, x: Value, probability: number): Value {
    const mask = this.mask(site, [this.batch, 1], probability);
    if (mask === null) return x;
    const rows = this.builder.reshape(x, [this.batch, sizeOf(x.shape) / this.batch]);
    return this.builder.reshape(this.builder.multiply(rows, mask), x.shape);
  }
}
