import { describe, expect, it } from 'vitest';
import { architectureByName, architectureNames } from './architectures';
import { toHfConfig } from './hf-config';
import { parameterCount, parameterGroups } from './parameters';
import { parseVitConfig } from './parse-config';

describe('parseVitConfig', () => {
  it('fills in the defaults of ViTConfig', () => {
    expect(parseVitConfig({ model_type: 'vit' })).toEqual({
      family: 'vit',
      imageSize: 224,
      patchSize: 16,
      channels: 3,
      hiddenSize: 768,
      layers: 12,
      heads: 12,
      intermediateSize: 3072,
      layerNormEpsilon: 1e-12,
      qkvBias: true,
      registerTokens: 0,
      maskToken: false,
      dropout: { hidden: 0, attention: 0, path: 0 },
      classes: ['LABEL_0', 'LABEL_1'],
    });
  });

  // Defaults from the signatures of Dinov2Config and Dinov2WithRegistersConfig of transformers 5.
  it('fills in the defaults of the other families', () => {
    expect(parseVitConfig({ model_type: 'deit' })).toEqual({
      ...parseVitConfig({ model_type: 'vit' }),
      family: 'deit',
    });
    expect(parseVitConfig({ model_type: 'dinov2', image_size: 518 })).toMatchObject({
      patchSize: 14,
      layerNormEpsilon: 1e-6,
      intermediateSize: 3072,
      maskToken: true,
      registerTokens: 0,
    });
    expect(parseVitConfig({ model_type: 'dinov2_with_registers', hidden_size: 384, mlp_ratio: 4 })).toMatchObject({
      patchSize: 16,
      intermediateSize: 1536,
      registerTokens: 4,
      maskToken: true,
    });
    expect(parseVitConfig({ model_type: 'dinov2', use_mask_token: false }).maskToken).toBe(false);
  });

  it.each(['vit', 'dinov2', 'dinov2_with_registers'])('keeps the dropout probabilities of %s', (model_type) => {
    const given = { hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.2 };
    const config = parseVitConfig({ model_type, patch_size: 16, ...given, drop_path_rate: 0.3 });
    // ViTConfig has no drop path.
    const path = model_type === 'vit' ? 0 : 0.3;
    expect(config.dropout).toEqual({ hidden: 0.1, attention: 0.2, path });
    const written = toHfConfig(config);
    expect(written).toMatchObject(model_type === 'vit' ? given : { ...given, drop_path_rate: 0.3 });
    expect(parseVitConfig(JSON.parse(JSON.stringify(written)))).toEqual(config);
  });

  it.each(['deit', 'dinov2', 'dinov2_with_registers'])('reads back what toHfConfig writes for %s', (model_type) => {
    const config = parseVitConfig({
      model_type,
      image_size: 112,
      patch_size: 14,
      hidden_size: 384,
      num_attention_heads: 6,
    });
    expect(parseVitConfig(JSON.parse(JSON.stringify(toHfConfig(config))))).toEqual(config);
  });

  // JSON.stringify writes 1 for 1.0, and transformers 5 then refuses the whole file: "Field 'layerscale_value' expected
  // float, got int".
  it.each(['dinov2', 'dinov2_with_registers'])('uses the default layer scale for %s', (model_type) => {
    expect(toHfConfig(parseVitConfig({ model_type, image_size: 112 }))).not.toHaveProperty('layerscale_value');
  });

  it.each(architectureNames)('reads back what toHfConfig writes for %s', (name) => {
    const config = architectureByName(name, ['normal', 'benign', '__proto__', '正常']);
    expect(config && parseVitConfig(JSON.parse(JSON.stringify(toHfConfig(config))))).toEqual(config);
  });

  it('sorts more than ten classes by number', () => {
    const id2label = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [String(11 - i), `class ${11 - i}`]));
    expect(parseVitConfig({ model_type: 'vit', id2label }).classes[10]).toBe('class 10');
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a list', []],
    ['another family', { model_type: 'bert' }],
    ['no family', {}],
    ['another activation', { model_type: 'vit', hidden_act: 'relu' }],
    ['a grey model', { model_type: 'vit', num_channels: 1 }],
    ['a patch larger than the image', { model_type: 'vit', image_size: 15 }],
    ['heads that do not divide the width', { model_type: 'vit', num_attention_heads: 7 }],
    ['an oblong image', { model_type: 'vit', image_size: [224, 448] }],
    ['an absurd size', { model_type: 'vit', hidden_size: 1e12 }],
    ['a fraction', { model_type: 'vit', num_hidden_layers: 1.5 }],
    ['a text as a number', { model_type: 'vit', hidden_size: '768' }],
    ['labels with a gap', { model_type: 'vit', id2label: { 0: 'a', 2: 'b' } }],
    ['a label that is not a string', { model_type: 'vit', id2label: { 0: 1 } }],
    ['labels from the prototype', { model_type: 'vit', id2label: { constructor: 'a' } }],
    ['SwiGLU', { model_type: 'dinov2', use_swiglu_ffn: true }],
    ['an absurd perceptron', { model_type: 'dinov2', mlp_ratio: 1e9 }],
    ['a perceptron of no width', { model_type: 'dinov2', mlp_ratio: 0 }],
    ['no register', { model_type: 'dinov2_with_registers', num_register_tokens: 0 }],
    ['a dropout of everything', { model_type: 'vit', hidden_dropout_prob: 1 }],
    ['a negative drop path', { model_type: 'dinov2', drop_path_rate: -0.1 }],
    ['an epsilon of 0', { model_type: 'vit', layer_norm_eps: 0 }],
    ["SigLIP with ViT's activation", { model_type: 'siglip', vision_config: { hidden_act: 'gelu' } }],
    ['a list as vision_config', { model_type: 'siglip', vision_config: [] }],
    ['a text as vision_config', { model_type: 'siglip', vision_config: 'base' }],
    ['another tower', { model_type: 'siglip', vision_config: { model_type: 'clip_vision_model' } }],
    ['a wrong size of SigLIP', { model_type: 'siglip', vision_config: { hidden_size: 0 } }],
    ['a grey SigLIP', { model_type: 'siglip', vision_config: { num_channels: 1 } }],
    [
      'a SigLIP whose head is neither there nor absent',
      { model_type: 'siglip', vision_config: { vision_use_head: 1 } },
    ],
    ['the text tower alone', { model_type: 'siglip_text_model' }],
  ])('rejects %s', (_, json) => {
    expect(() => parseVitConfig(json)).toThrow(expect.objectContaining({ code: 'backbone-unsupported' }));
  });
});

describe('SigLIP', () => {
  // Defaults from the signature of SiglipVisionConfig of transformers 5.
  const defaults = {
    family: 'siglip',
    imageSize: 224,
    patchSize: 16,
    channels: 3,
    hiddenSize: 768,
    layers: 12,
    heads: 12,
    intermediateSize: 3072,
    layerNormEpsilon: 1e-6,
    qkvBias: true,
    registerTokens: 0,
    maskToken: false,
    poolingHead: true,
    dropout: { hidden: 0, attention: 0, path: 0 },
    classes: ['LABEL_0', 'LABEL_1'],
  };

  it('is described by vision_config in a model of images and text, and by itself alone', () => {
    for (const vision_config of [undefined, null, {}, { model_type: 'siglip_vision_model' }]) {
      expect(parseVitConfig({ model_type: 'siglip', vision_config })).toEqual(defaults);
    }
    expect(parseVitConfig({ model_type: 'siglip_vision_model' })).toEqual(defaults);
    // Fields of the outer object belong to nothing.
    const nested = { hidden_size: 1152, vision_config: { hidden_size: 384, num_attention_heads: 6, patch_size: 14 } };
    expect(parseVitConfig({ model_type: 'siglip', ...nested })).toMatchObject({ hiddenSize: 384, patchSize: 14 });
  });

  it('has classes in the outer object', () => {
    const id2label = { 0: 'a', 1: 'b', 2: 'c' };
    const config = parseVitConfig({ model_type: 'siglip', id2label, vision_config: { id2label: { 0: 'x' } } });
    expect(config.classes).toEqual(['a', 'b', 'c']);
  });

  it('reads back what toHfConfig writes', () => {
    const vision = {
      image_size: 384,
      patch_size: 14,
      hidden_size: 1152,
      intermediate_size: 4304,
      num_hidden_layers: 27,
    };
    const rest = { num_attention_heads: 16, attention_dropout: 0.1, vision_use_head: false, layer_norm_eps: 1e-5 };
    const given = { model_type: 'siglip', vision_config: { ...vision, ...rest }, id2label: { 0: 'a', 1: 'b', 2: 'c' } };
    const config = parseVitConfig(given);
    expect(config.dropout).toEqual({ hidden: 0, attention: 0.1, path: 0 });
    const written = toHfConfig(config);
    expect(written).toMatchObject({ ...given, architectures: ['SiglipForImageClassification'] });
    expect(parseVitConfig(JSON.parse(JSON.stringify(written)))).toEqual(config);
  });

  // The vision tower of the published float32 files, without the classifier: 92.9 M (base, 224 px; the SigLIP paper's
  // models of 203 M have 110 M for text) and 428.2 M (so400m, 384 px). By hand for base: 12 blocks of
  // 12 x 768^2 + 13 x 768, patches 3 x 16^2 x 768 + 768, positions 196 x 768, final normalisation 2 x 768, and the
  // pooling head with 12 x 768^2 + 12 x 768.
  it.each([
    ['base', {}, 92_884_224],
    [
      'so400m',
      {
        ...{ image_size: 384, patch_size: 14, hidden_size: 1152, intermediate_size: 4304 },
        ...{ num_hidden_layers: 27, num_attention_heads: 16 },
      },
      428_225_600,
    ],
  ])('%s has its published number of parameters', (_, vision_config, count) => {
    const config = parseVitConfig({ model_type: 'siglip', vision_config });
    expect(parameterCount(parameterGroups({ ...config, classes: [] }))).toBe(count);
  });

  it.each(['siglip2', 'siglip2_vision_model'])(
    'refuses the NaFlex variant (%s), and says what to use',
    (model_type) => {
      expect(() => parseVitConfig({ model_type, vision_config: {} })).toThrow(
        expect.objectContaining({
          code: 'backbone-unsupported',
          message: expect.stringContaining('NaFlex'),
          hint: expect.stringContaining('google/siglip2-base-patch16-224'),
        }),
      );
    },
  );
});

describe('architectures', () => {
  // Published sizes of the models with 1000 classes: timm's model cards (vit_tiny 5.7 M, small 22.1 M, base 86.6 M,
  // large 304.3 M).
  it.each([
    ['vit-tiny-patch16-224', 5_717_416],
    ['vit-small-patch16-224', 22_050_664],
    ['vit-base-patch16-224', 86_567_656],
    ['vit-large-patch16-224', 304_326_632],
  ])('%s has %i parameters with 1000 classes', (name, count) => {
    const classes = Array.from({ length: 1000 }, (_, i) => `class ${i}`);
    const config = architectureByName(name, classes);
    expect(config && parameterCount(parameterGroups(config))).toBe(count);
  });

  // Sizes of the published files of float32 weights: facebook/dinov2-small 88.2 MB, base 346 MB, large 1217 MB; the
  // papers say 21 M, 86 M and 300 M. By hand for small: 12 blocks of 12 x 384^2 + 15 x 384, patches 3 x 14^2 x 384 + 384,
  // positions 1370 x 384, CLS and mask 2 x 384, final normalisation 2 x 384.
  it.each([
    ['small', 384, 12, 6, 22_056_576],
    ['base', 768, 12, 12, 86_580_480],
    ['large', 1024, 24, 16, 304_368_640],
  ])(
    'DINOv2 %s has its published number of parameters',
    (_, hidden_size, num_hidden_layers, num_attention_heads, count) => {
      const fields = { model_type: 'dinov2', image_size: 518, patch_size: 14 };
      const config = parseVitConfig({ ...fields, hidden_size, num_hidden_layers, num_attention_heads });
      expect(parameterCount(parameterGroups({ ...config, classes: [] }))).toBe(count);
    },
  );

  it('returns null for an unknown name', () => {
    expect(architectureByName('constructor', ['a'])).toBeNull();
  });
});
