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
  /** One a block: [batch, heads, tokens, tokens]. */
  readonly attentions: readonly Value[];
  /** The embeddings, then the output of each block: [batch, tokens, hidden]. */
  readonly hiddenStates: readonly Value[];
}

/**
 * The forward pass of `ViTForImageClassification`. Tokens are kept as one matrix [batch x tokens, hidden], so that
 * every linear layer is one Gemm.
 *
 * @param pixels [batch, 3, size, size], normalised
 */
export function buildVit(
  builder: GraphBuilder,
  config: VitConfig,
  parameter: ParameterSource,
  pixels: Value,
): VitValues {
  const batch = pixels.shape[0] as number;
  const tokens = tokenCount(config);
  const width = config.hiddenSize;
  const attentions: Value[] = [];
  const hiddenStates: Value[] = [];
  const tap = (hidden: Value): void => {
    hiddenStates.push(builder.reshape(hidden, [batch, tokens, width]));
  };

  let hidden = embed(builder, config, parameter, pixels);
  tap(hidden);
  for (let index = 0; index < config.layers; index += 1) {
    const block = new Block(builder, config, parameter, blockPrefix(index), batch);
    const attended = block.attend(hidden);
    attentions.push(attended.probabilities);
    hidden = block.transform(builder.add(hidden, attended.output));
    tap(hidden);
  }

  // Only CLS is read from here on; the other tokens need no normalisation.
  const cls = builder.slice(builder.reshape(hidden, [batch, tokens, width]), 1, 0, 1);
  const features = builder.layerNormalization(
    builder.reshape(cls, [batch, width]),
    parameter('vit.layernorm.weight'),
    parameter('vit.layernorm.bias'),
    config.layerNormEpsilon,
  );
  return { logits: classify(builder, parameter, features), features, attentions, hiddenStates };
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
  const cls = builder.expand(parameter('vit.embeddings.cls_token'), [batch, 1, hiddenSize]);
  const sequence = builder.concat([cls, builder.reshape(projected, [batch, grid * grid, hiddenSize])], 1);
  const placed = builder.add(sequence, parameter('vit.embeddings.position_embeddings'));
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

  /** Multi-head self-attention of the normalised input, before the residual is added. */
  attend(hidden: Value): { output: Value; probabilities: Value } {
    const { builder, batch } = this;
    const { heads, hiddenSize, qkvBias } = this.config;
    const tokens = tokenCount(this.config);
    const headWidth = hiddenSize / heads;
    const normalised = this.normalise('layernorm_before', hidden);
    const split = (role: string): Value => {
      const projected = this.linear(`attention.attention.${role}`, normalised, qkvBias);
      return builder.transpose(builder.reshape(projected, [batch, tokens, heads, headWidth]), [0, 2, 1, 3]);
    };
    const { output, probabilities } = builder.attention(
      split('query'),
      split('key'),
      split('value'),
      1 / Math.sqrt(headWidth),
    );
    const joined = builder.reshape(builder.transpose(output, [0, 2, 1, 3]), [batch * tokens, hiddenSize]);
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
