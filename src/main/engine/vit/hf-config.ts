import { isDinov2, type VitConfig } from './config';
import { namesOf } from './names';

/**
 * Returns the `config.json` that the family's `…ForImageClassification.from_pretrained` of transformers 4 and 5 reads.
 */
export function toHfConfig(config: VitConfig): Record<string, unknown> {
  return {
    architectures: [namesOf(config.family).architecture],
    id2label: Object.fromEntries(config.classes.map((name, index) => [String(index), name])),
    label2id: Object.fromEntries(config.classes.map((name, index) => [name, index])),
    model_type: config.family,
    problem_type: 'single_label_classification',
    torch_dtype: 'float32',
    ...(config.family === 'siglip' ? { vision_config: siglipNetwork(config) } : vitNetwork(config)),
  };
}

/** Fields of all families. */
const network = ({ hiddenSize, imageSize, layerNormEpsilon, heads, channels, layers, patchSize }: VitConfig) => ({
  hidden_size: hiddenSize,
  image_size: imageSize,
  layer_norm_eps: layerNormEpsilon,
  num_attention_heads: heads,
  num_channels: channels,
  num_hidden_layers: layers,
  patch_size: patchSize,
});

/**
 * Version 5 requires `layerscale_value` to be a float, and 1.0 would be written as 1 here, so it is omitted: 1.0 is its
 * default.
 */
function vitNetwork(config: VitConfig): Record<string, unknown> {
  const { family, hiddenSize, intermediateSize, dropout } = config;
  return {
    ...network(config),
    attention_probs_dropout_prob: dropout.attention,
    hidden_act: 'gelu',
    hidden_dropout_prob: dropout.hidden,
    initializer_range: 0.02,
    qkv_bias: config.qkvBias,
    ...(isDinov2(family)
      ? { drop_path_rate: dropout.path, mlp_ratio: intermediateSize / hiddenSize, use_swiglu_ffn: false }
      : { encoder_stride: config.patchSize, intermediate_size: intermediateSize }),
    ...(family === 'dinov2' ? { use_mask_token: config.maskToken } : {}),
    ...(family === 'dinov2_with_registers' ? { num_register_tokens: config.registerTokens } : {}),
  };
}

/** The text tower is left to its defaults: image classification does not build it. */
const siglipNetwork = (config: VitConfig): Record<string, unknown> => ({
  ...network(config),
  attention_dropout: config.dropout.attention,
  hidden_act: 'gelu_pytorch_tanh',
  intermediate_size: config.intermediateSize,
  model_type: 'siglip_vision_model',
  vision_use_head: config.poolingHead === true,
});
