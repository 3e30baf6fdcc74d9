import { FoveaError } from '#shared/ipc/errors';
import { type Family, families, type VitConfig } from './config';
import { namesOf } from './names';

type Json = Readonly<Record<string, unknown>>;

/** Limits far beyond any published ViT, so that a hostile file cannot request absurd sizes. */
const limits = {
  imageSize: 4096,
  hiddenSize: 16_384,
  layers: 256,
  heads: 256,
  intermediateSize: 131_072,
  classes: 10_000,
  registerTokens: 256,
};

function unsupported(reason: string): FoveaError {
  return new FoveaError('backbone-unsupported', `Fovea cannot train the model in config.json: ${reason}.`, {
    hint: 'Use a Hugging Face model of one of these types: vit, deit, dinov2, dinov2_with_registers.',
  });
}

/** Defaults of transformers' configuration classes. */
const familyDefaults: { readonly [F in Family]: { readonly patchSize: number; readonly layerNormEpsilon: number } } = {
  vit: { patchSize: 16, layerNormEpsilon: 1e-12 },
  deit: { patchSize: 16, layerNormEpsilon: 1e-12 },
  dinov2: { patchSize: 14, layerNormEpsilon: 1e-6 },
  dinov2_with_registers: { patchSize: 16, layerNormEpsilon: 1e-6 },
};

/**
 * Reads the `config.json` of a Hugging Face model; missing fields take the defaults of its configuration class.
 * Supports square images and patches, three channels and the exact GELU, as in every published checkpoint except DINOv2
 * giant.
 *
 * @throws FoveaError `backbone-unsupported`
 */
export function parseVitConfig(json: unknown): VitConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw unsupported('it is not a JSON object');
  const fields = json as Json;
  const type = fields['model_type'];
  const family = families.find((candidate) => candidate === type);
  if (family === undefined)
    throw unsupported(`its model_type is ${typeof type === 'string' ? JSON.stringify(type.slice(0, 60)) : 'missing'}`);
  const activation = fields['hidden_act'] ?? 'gelu';
  if (activation !== 'gelu') throw unsupported('its activation is not "gelu"');

  const isDino = isDinov2(family);
  const defaults = familyDefaults[family];
  const hiddenSize = integer(fields, 'hidden_size', 768, limits.hiddenSize);
  const config: VitConfig = {
    family,
    imageSize: square(fields, 'image_size', 224, limits.imageSize),
    patchSize: square(fields, 'patch_size', defaults.patchSize, limits.imageSize),
    channels: integer(fields, 'num_channels', 3, 3),
    hiddenSize,
    layers: integer(fields, 'num_hidden_layers', 12, limits.layers),
    heads: integer(fields, 'num_attention_heads', 12, limits.heads),
    intermediateSize: isDino
      ? perceptronWidth(fields, hiddenSize)
      : integer(fields, 'intermediate_size', 3072, limits.intermediateSize),
    layerNormEpsilon: epsilon(fields['layer_norm_eps'] ?? defaults.layerNormEpsilon),
    qkvBias: boolean(fields, 'qkv_bias', true),
    registerTokens:
      family === 'dinov2_with_registers' ? integer(fields, 'num_register_tokens', 4, limits.registerTokens) : 0,
    maskToken: family === 'dinov2_with_registers' || (family === 'dinov2' && boolean(fields, 'use_mask_token', true)),
    dropout: {
      hidden: probability(fields, 'hidden_dropout_prob'),
      attention: probability(fields, 'attention_probs_dropout_prob'),
      path: isDino ? probability(fields, 'drop_path_rate') : 0,
    },
    classes: classNames(fields),
  };
  if (isDino && boolean(fields, 'use_swiglu_ffn', false))
    throw unsupported('its perceptrons are SwiGLU, as in DINOv2 giant; the small, base and large models have GELU');
  if (config.channels !== 3) throw unsupported('it does not take three colour channels');
  if (config.imageSize % config.patchSize !== 0)
    throw unsupported('its image size is not a multiple of its patch size');
  if (config.hiddenSize % config.heads !== 0) throw unsupported('its hidden size is not a multiple of its heads');
  return config;
}

/**
 * Returns `problem_type`, which determines how transformers uses a model's head; null if the config does not state it,
 * in which case transformers infers it from the data.
 */
export function problemType(json: unknown): string | null {
  if (typeof json !== 'object' || json === null) return null;
  const type = (json as Json)['problem_type'];
  return typeof type === 'string' ? type : null;
}

const isDinov2 = (family: Family): boolean => family === 'dinov2' || family === 'dinov2_with_registers';

/** DINOv2 specifies the perceptron's width as a multiple of the hidden size. */
function perceptronWidth(fields: Json, hiddenSize: number): number {
  const ratio = fields['mlp_ratio'] ?? 4;
  const width = typeof ratio === 'number' ? Math.trunc(hiddenSize * ratio) : Number.NaN;
  if (!(width >= 1 && width <= limits.intermediateSize)) throw unsupported('its mlp_ratio is out of range');
  return width;
}

/**
 * Returns the `config.json` that the family's `…ForImageClassification.from_pretrained` of transformers 4 and 5 reads.
 * Version 5 requires `layerscale_value` to be a float, and 1.0 would be written as 1 here, so it is omitted: 1.0 is its
 * default.
 */
export function toHfConfig(config: VitConfig): Record<string, unknown> {
  const { family, hiddenSize, intermediateSize, dropout } = config;
  return {
    architectures: [namesOf(family).architecture],
    attention_probs_dropout_prob: dropout.attention,
    hidden_act: 'gelu',
    hidden_dropout_prob: dropout.hidden,
    hidden_size: hiddenSize,
    id2label: Object.fromEntries(config.classes.map((name, index) => [String(index), name])),
    image_size: config.imageSize,
    initializer_range: 0.02,
    label2id: Object.fromEntries(config.classes.map((name, index) => [name, index])),
    layer_norm_eps: config.layerNormEpsilon,
    model_type: family,
    num_attention_heads: config.heads,
    num_channels: config.channels,
    num_hidden_layers: config.layers,
    patch_size: config.patchSize,
    problem_type: 'single_label_classification',
    qkv_bias: config.qkvBias,
    torch_dtype: 'float32',
    ...(isDinov2(family)
      ? { drop_path_rate: dropout.path, mlp_ratio: intermediateSize / hiddenSize, use_swiglu_ffn: false }
      : { encoder_stride: config.patchSize, intermediate_size: intermediateSize }),
    ...(family === 'dinov2' ? { use_mask_token: config.maskToken } : {}),
    ...(family === 'dinov2_with_registers' ? { num_register_tokens: config.registerTokens } : {}),
  };
}

function integer(fields: Json, name: string, missing: number, maximum: number): number {
  const value = fields[name] ?? missing;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > maximum) {
    throw unsupported(`its ${name} is not a whole number from 1 to ${maximum}`);
  }
  return value;
}

/** Reads a size written as one number or as [height, width]. */
function square(fields: Json, name: string, missing: number, maximum: number): number {
  const value = fields[name] ?? missing;
  if (!Array.isArray(value)) return integer(fields, name, missing, maximum);
  if (value.length !== 2 || value[0] !== value[1]) throw unsupported(`its ${name} is not square`);
  return integer({ [name]: value[0] }, name, missing, maximum);
}

function boolean(fields: Json, name: string, missing: boolean): boolean {
  const value = fields[name] ?? missing;
  if (typeof value !== 'boolean') throw unsupported(`its ${name} is neither true nor false`);
  return value;
}

/** Reads a dropout probability; 0 if missing. */
function probability(fields: Json, name: string): number {
  const value = fields[name] ?? 0;
  if (typeof value !== 'number' || !(value >= 0 && value < 1))
    throw unsupported(`its ${name} is not from 0 to below 1`);
  return value;
}

function epsilon(value: unknown): number {
  if (typeof value !== 'number' || !(value > 0 && value < 1)) throw unsupported('its layer_norm_eps is out of range');
  return value;
}

/** Reads `id2label` in the order of its ids; two anonymous classes if absent, as in `PretrainedConfig`. */
function classNames(fields: Json): readonly string[] {
  const labels = fields['id2label'];
  if (labels === undefined || labels === null) {
    const count = integer(fields, 'num_labels', 2, limits.classes);
    return Array.from({ length: count }, (_, index) => `LABEL_${index}`);
  }
  if (typeof labels !== 'object' || Array.isArray(labels)) throw unsupported('its id2label is not a table');
  const count = Object.keys(labels).length;
  if (count < 1 || count > limits.classes) throw unsupported('its id2label is empty or too long');
  return Array.from({ length: count }, (_, index) => {
    const name = Object.hasOwn(labels, index) ? (labels as Json)[index] : undefined;
    if (typeof name !== 'string') throw unsupported('its id2label does not number the classes from 0');
    return name;
  });
}
