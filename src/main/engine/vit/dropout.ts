import type { GraphBuilder } from '../ir/builder';
import { sizeOf } from '../ir/shape';
import type { Shape, Value } from '../ir/value';
import type { Family, VitConfig } from './config';
import { leadingTokens, patchCount, tokenCount, trainedPatchCount, trainedTokenCount } from './tokens';

/** Provides the random numbers of a training pass. */
export interface DropoutSource {
  /** A mask of this shape for a site in the network: 0 with `probability`, otherwise 1 / (1 - probability). */
  mask(site: string, shape: Shape, probability: number): Value;
  /** The tokens that are kept, as `gatherRows` takes them. */
  tokens(selection: TokenSelection): { readonly indices: Value; readonly inverse: Value };
}

/** A random selection of patches for each image of a batch. */
export interface TokenSelection {
  readonly images: number;
  /** Tokens before the patches, all of which are kept. */
  readonly leading: number;
  readonly patches: number;
  /** Patches to keep. */
  readonly kept: number;
}

/** Name of the graph input that holds a site's mask. */
export const maskName = (site: string): string => `mask.${site}`;

/** Names of the graph inputs [images, …] that hold the selection of tokens. */
export const selectionNames = { indices: 'tokens.indices', inverse: 'tokens.inverse' } as const;
export const indicesShape = ({ images, leading, kept }: TokenSelection): Shape => [images, leading + kept];
export const inverseShape = ({ images, leading, patches }: TokenSelection): Shape => [images, leading + patches];

/** Declares the random numbers that the forward pass requests as graph inputs. */
export const dropoutInputs = (builder: GraphBuilder): DropoutSource => ({
  mask: (site, shape) => builder.input(maskName(site), shape),
  tokens: (selection) => ({
    indices: builder.input(selectionNames.indices, indicesShape(selection)),
    inverse: builder.input(selectionNames.inverse, inverseShape(selection)),
  }),
});

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
 * Dropout (Srivastava et al. 2014) and drop path as products with masks, and PatchDropout as a selection of tokens.
 * Outside training, when there is no source, and at probability 0 nothing is added to the graph.
 */
export class Dropout {
  private readonly builder: GraphBuilder;
  private readonly batch: number;
  private readonly source: DropoutSource | null;

  constructor(builder: GraphBuilder, batch: number, source: DropoutSource | null) {
    this.builder = builder;
    this.batch = batch;
    this.source = source;
  }

  /** Whether the graph is built for training. */
  get training(): boolean {
    return this.source !== null;
  }

  mask(site: string, shape: Shape, probability: number): Value | null {
    return this.source === null || probability === 0 ? null : this.source.mask(site, shape, probability);
  }

  /**
   * PatchDropout (Liu et al. 2022, "PatchDropout: Economizing vision transformers using patch dropout"): keeps a random
   * part of the patches of x [batch x tokens, hidden], positions included, and all tokens before them. Nothing is
   * rescaled. The rest of the network computes the kept tokens only.
   */
  patches(config: VitConfig, x: Value): Value {
    const selection = {
      images: this.batch,
      leading: leadingTokens(config),
      patches: patchCount(config),
      kept: trainedPatchCount(config),
    };
    if (this.source === null || selection.kept === selection.patches) return x;
    const { indices, inverse } = this.source.tokens(selection);
    const sequences = this.builder.reshape(x, [this.batch, tokenCount(config), config.hiddenSize]);
    const kept = this.builder.gatherRows(sequences, indices, inverse);
    return this.builder.reshape(kept, [this.batch * trainedTokenCount(config), config.hiddenSize]);
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
