import { FoveaError } from '#shared/ipc/errors';
import { type Family, families, isDinov2, type VitConfig } from './config';

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
    hint: `Use a Hugging Face model of one of these types: ${families.join(', ')}.`,
  });
}

/** Types of models that are close to a supported one, with the reason and what to use instead. */
function unsupportedVariant(type: unknown): FoveaError | null {
  if (type !== 'siglip2' && type !== 'siglip2_vision_model') return null;
  return new FoveaError(
    'backbone-unsupported',
    'The model is a NaFlex variant of SigLIP 2, which divides each image into a different number of patches.',
    {
      hint: 'Fovea trains the SigLIP 2 models for one resolution, such as google/siglip2-base-patch16-224. Import one of those.',
    },
  );
}

/** Defaults of transformers' configuration classes. */
const familyDefaults: { readonly [F in Family]: { readonly patchSize: number; readonly layerNormEpsilon: number } } = {
  vit: { patchSize: 16, layerNormEpsilon: 1e-12 },
  deit: { patchSize: 16, layerNormEpsilon: 1e-12 },
  dinov2: { patchSize: 14, layerNormEpsilon: 1e-6 },
  dinov2_with_registers: { patchSize: 16, layerNormEpsilon: 1e-6 },
  siglip: { patchSize: 16, layerNormEpsilon: 1e-6 },
};

const activationOf = (family: Family): string => (family === 'siglip' ? 'gelu_pytorch_tanh' : 'gelu');
/** Field of the dropout of attention probabilities. */
const attentionDropoutField = (family: Family): string =>
  family === 'siglip' ? 'attention_dropout' : 'attention_probs_dropout_prob';

/** `model_type` of SigLIP's vision tower: of a file of its own, and within that of a model of images and text. */
const SIGLIP_VISION = 'siglip_vision_model';

/** Returns the family, and the fields that describe its network: nested in `vision_config` in a `siglip`. */
function networkOf(json: Json): { readonly family: Family; readonly fields: Json } {
  const type = json['model_type'];
  if (type === SIGLIP_VISION) return { family: 'siglip', fields: json };
  const family = families.find((candidate) => candidate === type);
  if (family === undefined) {
    const known = typeof type === 'string' ? JSON.stringify(type.slice(0, 60)) : 'missing';
    throw unsupportedVariant(type) ?? unsupported(`its model_type is ${known}`);
  }
  if (family !== 'siglip') return { family, fields: json };
  const vision = json['vision_config'] ?? {};
  if (typeof vision !== 'object' || Array.isArray(vision)) throw unsupported('its vision_config is not a JSON object');
  const fields = vision as Json;
  if ((fields['model_type'] ?? SIGLIP_VISION) !== SIGLIP_VISION)
    throw unsupported(`the model_type in its vision_config is not ${SIGLIP_VISION}`);
  return { family, fields };
}

/**
 * Reads the `config.json` of a Hugging Face model; missing fields take the defaults of its configuration class.
 * Supports square images and patches, three channels and each family's own GELU, as in every published checkpoint
 * except DINOv2 giant.
 *
 * @throws FoveaError `backbone-unsupported`
 */
export function parseVitConfig(json: unknown): VitConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw unsupported('it is not a JSON object');
  const { family, fields } = networkOf(json as Json);
  const activation = activationOf(family);
  if ((fields['hidden_act'] ?? activation) !== activation) throw unsupported(`its activation is not "${activation}"`);

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
    qkvBias: family === 'siglip' || boolean(fields, 'qkv_bias', true),
    registerTokens:
      family === 'dinov2_with_registers' ? integer(fields, 'num_register_tokens', 4, limits.registerTokens) : 0,
    maskToken: family === 'dinov2_with_registers' || (family === 'dinov2' && boolean(fields, 'use_mask_token', true)),
    ...(family === 'siglip' ? { poolingHead: boolean(fields, 'vision_use_head', true) } : {}),
    dropout: {
      hidden: family === 'siglip' ? 0 : probability(fields, 'hidden_dropout_prob'),
      attention: probability(fields, attentionDropoutField(family)),
      path: isDino ? probability(fields, 'drop_path_rate') : 0,
    },
    classes: classNames(json as Json),
  };
  if (isDino && boolean(fields, 'use_swiglu_ffn', false))
    throw unsupported('its perceptrons are SwiGLU, as in DINOv2 giant; the small, base and large models have GELU');
  if (config.channels !== 3) throw unsupported('it does not take three colour channels');
  if (config.imageSize < config.patchSize) throw unsupported('its images are smaller than its patches');
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

/** DINOv2 specifies the perceptron's width as a multiple of the hidden size. */
function perceptronWidth(fields: Json, hiddenSize: number): number {
  const ratio = fields['mlp_ratio'] ?? 4;
  const width = typeof ratio === 'number' ? Math.trunc(hiddenSize * ratio) : Number.NaN;
  if (!(width >= 1 && width <= limits.intermediateSize)) throw unsupported('its mlp_ratio is out of range');
  return width;
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
