import type { GraphBuilder } from '../ir/builder';
import type { Value } from '../ir/graph';
import type { VitConfig } from './config';
import { blockPrefix, tokenCount } from './parameters';

/** Gives the value of a parameter by its name on disk. */
export type ParameterSource = (name: string) => Value;

export interface VitValues {
  /** [batch, classes] */
  readonly logits: Value;
  /** [batch, hidden]: CLS after the final normalisation, what the classifier reads. */
  readonly features: Value;
  /** One a block: [batch, heads, tokens, tokens]. Empty unless tapped. */
  readonly attentions: readonly Value[];
  /** The embeddings, then the output of each block: [batch, tokens, hidden]. Empty unless tapped. */
  readonly hiddenStates: readonly Value[];
}

/**
 * The forward pass of `ViTForImageClassification`. Tokens are kept as one matrix [batch x tokens, hidden], so that
 * every linear layer is one Gemm. The classifier reads CLS alone, so the last block asks for CLS alone too (keys and
 * values come from all tokens): 10/12 of its products are saved, forward and backward.
 *
 * @param pixels [batch, 3, size, size], normalised
 * @param tapped also give attentions and hidden states, of all tokens
 */
export function buildVit(
  builder: GraphBuilder,
  config: VitConfig,
  parameter: ParameterSource,
  pixels: Value,
  tapped = false,
): VitValues {
  const batch = pixels.shape[0] as number;
  const tokens = tokenCount(config);
  const width = config.hiddenSize;
  const attentions: Value[] = [];
  const hiddenStates: Value[] = [];
  const tap = (hidden: Value): void => {
    if (tapped) hiddenStates.push(builder.reshape(hidden, [batch, tokens, width]));
  };

  let hidden = embed(builder, config, parameter, pixels);
  tap(hidden);
  for (let index = 0; index < config.layers; index += 1) {
    const block = new Block(builder, config, parameter, blockPrefix(index), batch);
    const queries = index === config.layers - 1 && !tapped ? 'cls' : 'all';
    const attended = block.attend(hidden, queries);
    if (tapped) attentions.push(attended.probabilities);
    const residual = queries === 'cls' ? clsRows(builder, hidden, batch) : hidden;
    hidden = block.transform(builder.add(residual, attended.output));
    tap(hidden);
  }

  // Only CLS is read from here on; the other tokens need no normalisation.
  const features = builder.layerNormalization(
    tapped ? clsRows(builder, hidden, batch) : hidden,
    parameter('vit.layernorm.weight'),
    parameter('vit.layernorm.bias'),
    config.layerNormEpsilon,
  );
  return { logits: classify(builder, parameter, features), features, attentions, hiddenStates };
}

/** [batch x tokens, hidden] -> [batch, hidden]: the first token of each image. */
function clsRows(builder: GraphBuilder, hidden: Value, batch: number): Value {
  const [rows, width] = hidden.shape as readonly [number, number];
  const sequences = builder.reshape(hidden, [batch, rows / batch, width]);
  return builder.reshape(builder.slice(sequences, 1, 0, 1), [batch, width]);
}

/** The linear head on features [batch, hidden]. */
export function classify(builder: GraphBuilder, parameter: ParameterSource, features: Value): Value {
  return builder.linear(features, parameter('classifier.weight'), parameter('classifier.bias'));
}

/** Patches, CLS and positions: [batch x tokens, hidden]. The convolution of stride = kernel is one Gemm over patches. */
function embed(builder: GraphBuilder, config: VitConfig, parameter: ParameterSource, pixels: Value): Value {
  const { patchSize, channels, imageSize, hiddenSize } = config;
  const batch = pixels.shape[0] as number;
  const grid = imageSize / patchSize;
  const patchLength = channels * patchSize * patchSize;
  const tiles = builder.reshape(pixels, [batch, channels, grid, patchSize, grid, patchSize]);
  const patches = builder.reshape(builder.transpose(tiles, [0, 2, 4, 1, 3, 5]), [batch * grid * grid, patchLength]);
  const projected = builder.linear(
    patches,
    builder.reshape(parameter('vit.embeddings.patch_embeddings.projection.weight'), [hiddenSize, patchLength]),
    parameter('vit.embeddings.patch_embeddings.projection.bias'),
  );
  // CLS joins the positions, which have no batch axis: adding is cheaper than repeating it for every image.
  const cls = builder.pad(parameter('vit.embeddings.cls_token'), 1, 0, grid * grid);
  const positions = builder.add(parameter('vit.embeddings.position_embeddings'), cls);
  const sequence = builder.pad(builder.reshape(projected, [batch, grid * grid, hiddenSize]), 1, 1, 0);
  const placed = builder.add(sequence, positions);
  return builder.reshape(placed, [batch * tokenCount(config), hiddenSize]);
}

/** One pre-normalised encoder block. */
class Block {
  private readonly builder: GraphBuilder;
  private readonly config: VitConfig;
  private readonly parameter: ParameterSource;
  private readonly prefix: string;
  private readonly batch: number;

  constructor(builder: GraphBuilder, config: VitConfig, parameter: ParameterSource, prefix: string, batch: number) {
    this.builder = builder;
    this.config = config;
    this.parameter = parameter;
    this.prefix = prefix;
    this.batch = batch;
  }

  /**
   * Multi-head self-attention of the normalised input, before the residual is added.
   *
   * @param queries which tokens ask: rows of the result
   */
  attend(hidden: Value, queries: 'all' | 'cls'): { output: Value; probabilities: Value } {
    const { builder, batch } = this;
    const { heads, hiddenSize, qkvBias } = this.config;
    const headWidth = hiddenSize / heads;
    const normalised = this.normalise('layernorm_before', hidden);
    const asking = queries === 'cls' ? clsRows(builder, normalised, batch) : normalised;
    const split = (role: string, x: Value): Value => {
      const projected = this.linear(`attention.attention.${role}`, x, qkvBias);
      const tokens = (projected.shape[0] as number) / batch;
      return builder.transpose(builder.reshape(projected, [batch, tokens, heads, headWidth]), [0, 2, 1, 3]);
    };
    const { output, probabilities } = builder.attention(
      split('query', asking),
      split('key', normalised),
      split('value', normalised),
      1 / Math.sqrt(headWidth),
    );
    const joined = builder.reshape(builder.transpose(output, [0, 2, 1, 3]), [asking.shape[0] as number, hiddenSize]);
    return { output: this.linear('attention.output.dense', joined), probabilities };
  }

  /** The multilayer perceptron with its residual. */
  transform(hidden: Value): Value {
    const normalised = this.normalise('layernorm_after', hidden);
    const activated = this.builder.gelu(this.linear('intermediate.dense', normalised));
    return this.builder.add(hidden, this.linear('output.dense', activated));
  }

  private linear(name: string, x: Value, hasBias = true): Value {
    const path = `${this.prefix}.${name}`;
    return this.builder.linear(x, this.parameter(`${path}.weight`), hasBias ? this.parameter(`${path}.bias`) : null);
  }

  private normalise(name: string, x: Value): Value {
    const path = `${this.prefix}.${name}`;
    return this.builder.layerNormalization(
      x,
      this.parameter(`${path}.weight`),
      this.parameter(`${path}.bias`),
      this.config.layerNormEpsilon,
    );
  }
}
