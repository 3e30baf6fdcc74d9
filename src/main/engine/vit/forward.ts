import type { LoraSettings } from '#shared/training/lora';
import type { GraphBuilder } from '../ir/builder';
import type { Value } from '../ir/value';
import type { VitConfig } from './config';
import { Dropout, type DropoutSource, dropPathRates, dropsBranches } from './dropout';
import { embed } from './embed';
import { adaptedModules, addAdapter } from './lora';
import { blockPrefix, type FamilyNames, finalNormalisationName, namesOf } from './names';
import type { ParameterSource } from './parameters';
import { leadingTokens, readoutOf, tokenCount } from './tokens';

export interface VitValues {
  /** [batch, classes] */
  readonly logits: Value;
  /**
   * [batch, features]: input of the classifier after the final normalisation, either CLS, or CLS and the mean of the
   * patches, or this mean alone.
   */
  readonly features: Value;
  /** One per block: [batch, heads, tokens, tokens]. Empty unless tapped. */
  readonly attentions: readonly Value[];
  /** The embeddings, then the output of each block: [batch, tokens, hidden]. Empty unless tapped. */
  readonly hiddenStates: readonly Value[];
}

/**
 * Builds the forward pass of the family's `…ForImageClassification` in Hugging Face. Tokens are kept as one matrix
 * [batch x tokens, hidden], so that every linear layer is one Gemm. If the classifier reads CLS alone, the last block
 * computes queries for CLS alone too (keys and values come from all tokens), which saves 10/12 of its products, forward
 * and backward.
 *
 * @param pixels [batch, 3, size, size], normalised
 * @param tapped whether to also return attentions and hidden states of all tokens; the logits are then differentiable
 *   with respect to the attentions
 * @param mask provides the dropout masks of a training pass; without it nothing is dropped
 * @param lora settings of adapters that are not merged into the weights
 * @param frozenBlocks number of blocks that are frozen, with the embeddings, while those after them are trained: nothing
 *   is dropped in them, and patches are left out after them; null if there are none such
 */
export function buildVit(
  builder: GraphBuilder,
  config: VitConfig,
  parameter: ParameterSource,
  pixels: Value,
  tapped = false,
  mask: DropoutSource | null = null,
  lora: LoraSettings | null = null,
  frozenBlocks: number | null = null,
): VitValues {
  const batch = pixels.shape[0] as number;
  const allTokens = tapped || readoutOf(config) !== 'cls';
  const border = frozenBlocks ?? 0;
  const embedded = embedDropping(builder, config, parameter, pixels, frozenBlocks === null ? mask : null);
  const frozen = encode(builder, config, parameter, embedded, batch, { to: border, tapped, allTokens, lora });
  const entering = frozenBlocks === null ? null : mask;
  const input = new Dropout(builder, batch, entering).patches(config, frozen.hidden);
  const rest = encode(builder, config, parameter, input, batch, {
    ...{ from: border, tapped, allTokens, mask, lora },
  });
  const features = readFeatures(builder, config, parameter, rest.hidden, batch);
  const states = tapped ? [embedded, ...frozen.hiddenStates, ...rest.hiddenStates] : [];
  return {
    logits: classify(builder, parameter, features),
    features,
    attentions: [...frozen.attentions, ...rest.attentions],
    hiddenStates: states.map((state) => builder.reshape(state, [batch, tokenCount(config), config.hiddenSize])),
  };
}

/**
 * Builds the input of a block, without dropout: [batch x tokens, hidden].
 *
 * @param pixels [batch, 3, size, size], normalised
 * @param block index, from 0
 */
export function buildFrontier(
  builder: GraphBuilder,
  config: VitConfig,
  parameter: ParameterSource,
  pixels: Value,
  block: number,
): Value {
  const embedded = embed(builder, config, parameter, pixels);
  return encode(builder, config, parameter, embedded, pixels.shape[0] as number, { to: block }).hidden;
}

/**
 * Builds the rest of the forward pass from the input of a block: logits [batch, classes].
 *
 * @param frontier [batch, tokens, hidden]: see `buildFrontier`
 */
export function buildFromFrontier(
  builder: GraphBuilder,
  config: VitConfig,
  parameter: ParameterSource,
  frontier: Value,
  block: number,
  mask: DropoutSource | null,
): Value {
  const batch = frontier.shape[0] as number;
  const rows = builder.reshape(frontier, [batch * tokenCount(config), config.hiddenSize]);
  const input = new Dropout(builder, batch, mask).patches(config, rows);
  const allTokens = readoutOf(config) !== 'cls';
  const { hidden } = encode(builder, config, parameter, input, batch, { from: block, allTokens, mask });
  return classify(builder, parameter, readFeatures(builder, config, parameter, hidden, batch));
}

/**
 * Builds the tokens of the last block after the final normalisation, without a classifier: a summary of the image, then
 * the patches row by row, as in `last_hidden_state` of Hugging Face's bare model. The summary is CLS or, in a model
 * without CLS, the mean of the patches. Registers and DeiT's distillation token are left out.
 *
 * @returns [batch, 1 + patches, hidden]
 */
export function buildTokens(
  builder: GraphBuilder,
  config: VitConfig,
  parameter: ParameterSource,
  pixels: Value,
  mask: DropoutSource | null = null,
): Value {
  const [batch, tokens] = [pixels.shape[0] as number, tokenCount(config)];
  const embedded = embedDropping(builder, config, parameter, pixels, mask);
  const { hidden } = encode(builder, config, parameter, embedded, batch, { mask });
  const all = builder.reshape(normaliseTokens(builder, config, parameter, hidden), [batch, tokens, config.hiddenSize]);
  const first = leadingTokens(config);
  if (first === 1) return all;
  const summary = first === 0 ? builder.reduceMean(all, [1], true) : builder.slice(all, 1, 0, 1);
  return builder.concat([summary, first === 0 ? all : builder.slice(all, 1, first, tokens)], 1);
}

/** Builds the embeddings with their dropout. */
function embedDropping(
  builder: GraphBuilder,
  config: VitConfig,
  parameter: ParameterSource,
  pixels: Value,
  mask: DropoutSource | null,
): Value {
  const dropout = new Dropout(builder, pixels.shape[0] as number, mask);
  const embedded = dropout.patches(config, embed(builder, config, parameter, pixels));
  return dropout.units('embeddings', embedded, config.dropout.hidden);
}

interface EncodeOptions {
  /** Blocks [from, to); all by default. */
  readonly from?: number;
  readonly to?: number;
  readonly tapped?: boolean;
  /** Whether the last block computes every token, as by default; otherwise CLS alone. */
  readonly allTokens?: boolean;
  readonly mask?: DropoutSource | null;
  readonly lora?: LoraSettings | null;
}

/**
 * Builds blocks on hidden [batch x tokens, hidden]. The last block of the model without `allTokens` returns [batch,
 * hidden]. Hidden states are the outputs of each block, if tapped.
 */
function encode(
  builder: GraphBuilder,
  config: VitConfig,
  parameter: ParameterSource,
  input: Value,
  batch: number,
  { from = 0, to = config.layers, tapped = false, allTokens = true, mask = null, lora = null }: EncodeOptions,
): { hidden: Value; attentions: readonly Value[]; hiddenStates: readonly Value[] } {
  const dropout = new Dropout(builder, batch, mask);
  const pathRates = dropPathRates(config);
  const attentions: Value[] = [];
  const hiddenStates: Value[] = [];
  let hidden = input;
  for (let index = from; index < to; index += 1) {
    const block = new Block(builder, config, parameter, index, batch, dropout, pathRates[index] ?? 0, lora);
    const queries = index === config.layers - 1 && !allTokens ? 'cls' : 'all';
    const attended = block.attend(hidden, queries, tapped);
    if (tapped) attentions.push(attended.probabilities);
    const residual = queries === 'cls' ? clsRows(builder, hidden, batch) : hidden;
    hidden = block.transform(builder.add(residual, attended.output));
    if (tapped) hiddenStates.push(hidden);
  }
  return { hidden, attentions, hiddenStates };
}

/** Builds the final normalisation of x [rows, hidden]. */
function normaliseTokens(builder: GraphBuilder, config: VitConfig, parameter: ParameterSource, x: Value): Value {
  const { family, layerNormEpsilon } = config;
  return builder.layerNormalization(
    x,
    parameter(finalNormalisationName(family, 'weight')),
    parameter(finalNormalisationName(family, 'bias')),
    layerNormEpsilon,
  );
}

/** Builds the final normalisation and the classifier's input: [batch, features]. */
function readFeatures(
  builder: GraphBuilder,
  config: VitConfig,
  parameter: ParameterSource,
  hidden: Value,
  batch: number,
): Value {
  const normalise = (x: Value): Value => normaliseTokens(builder, config, parameter, x);
  const readout = readoutOf(config);
  // If only CLS is read, the other tokens need no normalisation.
  if (readout === 'cls') return normalise(hidden.shape[0] === batch ? hidden : clsRows(builder, hidden, batch));
  // In training, some of the patches may be left out.
  const tokens = (hidden.shape[0] as number) / batch;
  const sequences = builder.reshape(normalise(hidden), [batch, tokens, config.hiddenSize]);
  if (readout === 'patches') return builder.reduceMean(sequences, [1]);
  const cls = builder.reshape(builder.slice(sequences, 1, 0, 1), [batch, config.hiddenSize]);
  const patches = builder.slice(sequences, 1, leadingTokens(config), tokens);
  return builder.concat([cls, builder.reduceMean(patches, [1])], 1);
}

/** [batch x tokens, hidden] -> [batch, hidden]: selects the first token of each image. */
function clsRows(builder: GraphBuilder, hidden: Value, batch: number): Value {
  const [rows, width] = hidden.shape as readonly [number, number];
  const sequences = builder.reshape(hidden, [batch, rows / batch, width]);
  return builder.reshape(builder.slice(sequences, 1, 0, 1), [batch, width]);
}

/** Builds the linear head on features [batch, hidden]. */
export function classify(builder: GraphBuilder, parameter: ParameterSource, features: Value): Value {
  return builder.linear(features, parameter('classifier.weight'), parameter('classifier.bias'));
}

/** One pre-normalised encoder block. */
class Block {
  private readonly builder: GraphBuilder;
  private readonly config: VitConfig;
  private readonly parameter: ParameterSource;
  private readonly prefix: string;
  /** Prefix of its dropout mask names. */
  private readonly site: string;
  private readonly names: FamilyNames['block'];
  private readonly batch: number;
  private readonly dropout: Dropout;
  private readonly pathRate: number;
  private readonly lora: LoraSettings | null;

  constructor(
    builder: GraphBuilder,
    config: VitConfig,
    parameter: ParameterSource,
    index: number,
    batch: number,
    dropout: Dropout,
    pathRate: number,
    lora: LoraSettings | null,
  ) {
    this.builder = builder;
    this.config = config;
    this.parameter = parameter;
    this.prefix = blockPrefix(config.family, index);
    this.names = namesOf(config.family).block;
    this.batch = batch;
    this.dropout = dropout;
    this.pathRate = pathRate;
    this.lora = lora;
    this.site = `block.${index}`;
  }

  /**
   * Builds multi-head self-attention of the normalised input, without the residual.
   *
   * @param queries tokens that attend: rows of the result
   * @param unfused computes the output from the probabilities as a separate value instead of a by-product, so that
   *   gradients with respect to them exist
   */
  attend(hidden: Value, queries: 'all' | 'cls', unfused: boolean): { output: Value; probabilities: Value } {
    const { builder, batch } = this;
    const { heads, hiddenSize, qkvBias } = this.config;
    const headWidth = hiddenSize / heads;
    const normalised = this.normalise(this.names.normalisationBefore, hidden);
    const queryInput = queries === 'cls' ? clsRows(builder, normalised, batch) : normalised;
    const split = (name: string, x: Value): Value => {
      const projected = this.linear(name, x, qkvBias);
      const tokens = (projected.shape[0] as number) / batch;
      return builder.transpose(builder.reshape(projected, [batch, tokens, heads, headWidth]), [0, 2, 1, 3]);
    };
    const query = split(this.names.query, queryInput);
    const key = split(this.names.key, normalised);
    const value = split(this.names.value, normalised);
    const scale = 1 / Math.sqrt(headWidth);
    const [queryTokens, keyTokens] = [query.shape[2] as number, key.shape[2] as number];
    const mask = this.dropout.mask(
      `${this.site}.probabilities`,
      [batch, heads, queryTokens, keyTokens],
      this.config.dropout.attention,
    );
    const { output, probabilities } = unfused
      ? this.attendUnfused(query, key, value, scale, mask)
      : builder.attention(query, key, value, scale, mask);
    const joined = builder.reshape(builder.transpose(output, [0, 2, 1, 3]), [
      queryInput.shape[0] as number,
      hiddenSize,
    ]);
    return { output: this.finish(0, this.linear(this.names.join, joined)), probabilities };
  }

  /** The operation `attention`, composed of others. */
  private attendUnfused(query: Value, key: Value, value: Value, scale: number, mask: Value | null) {
    const { builder } = this;
    const probabilities = builder.softmax(builder.matmul(query, key, { transposeB: true, scale }));
    const kept = mask ? builder.multiply(probabilities, mask) : probabilities;
    return { output: builder.matmul(kept, value), probabilities };
  }

  /** Builds the multilayer perceptron with its residual. */
  transform(hidden: Value): Value {
    const normalised = this.normalise(this.names.normalisationAfter, hidden);
    return this.builder.add(hidden, this.finish(1, this.perceptron(normalised)));
  }

  /**
   * contract(GELU(expand(x))), with SigLIP's GELU in the tanh form. In training, the factors sqrt 2 of the exact form
   * are folded into the two products: see `scaledGelu`.
   */
  private perceptron(x: Value): Value {
    const { builder, config, names, parameter, prefix } = this;
    if (config.family === 'siglip' || !this.dropout.training)
      return this.linear(names.contract, this.gelu(this.linear(names.expand, x)));
    const bias = builder.multiply(parameter(`${prefix}.${names.expand}.bias`), builder.scalar(Math.SQRT1_2));
    const expanded = builder.linear(x, parameter(`${prefix}.${names.expand}.weight`), bias, Math.SQRT1_2);
    return builder.linear(
      builder.scaledGelu(expanded),
      parameter(`${prefix}.${names.contract}.weight`),
      parameter(`${prefix}.${names.contract}.bias`),
      Math.SQRT1_2,
    );
  }

  private gelu(x: Value): Value {
    const { builder, dropout } = this;
    if (this.config.family !== 'siglip') return builder.gelu(x);
    return dropout.training ? builder.gatedTanhGelu(x).result : builder.tanhGelu(x);
  }

  /** Applies dropout, layer scale and drop path to the output of a branch before it joins the residual. */
  private finish(branch: 0 | 1, x: Value): Value {
    const { dropout, config, pathRate } = this;
    const site = `${this.site}.${branch === 0 ? 'attention' : 'perceptron'}`;
    const kept = dropsBranches(config.family) ? dropout.units(site, x, config.dropout.hidden) : x;
    return dropout.images(`${site}.path`, this.scale(branch, kept), pathRate);
  }

  /** Layer scale (Touvron et al. 2021, "Going deeper with image transformers"): one factor per hidden unit. */
  private scale(branch: 0 | 1, x: Value): Value {
    const { scales } = this.names;
    return scales === null ? x : this.builder.multiply(x, this.parameter(`${this.prefix}.${scales[branch]}`));
  }

  private linear(name: string, x: Value, hasBias = true): Value {
    const { builder, parameter, lora } = this;
    const path = `${this.prefix}.${name}`;
    const projected = builder.linear(x, parameter(`${path}.weight`), hasBias ? parameter(`${path}.bias`) : null);
    if (lora === null || !adaptedModules(this.config.family, lora).includes(name)) return projected;
    return addAdapter(builder, parameter, lora, path, x, projected);
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
