import { expect, it } from 'vitest';
import { weightNamesOnDisk } from './weight-names';

it('finds the parameters of a classifier, of a bare model and of transformers 5 in memory', () => {
  expect(weightNamesOnDisk('vit.encoder.layer.11.attention.output.dense.bias')).toEqual([
    'vit.encoder.layer.11.attention.output.dense.bias',
    'encoder.layer.11.attention.output.dense.bias',
    'vit.layers.11.attention.o_proj.bias',
    'layers.11.attention.o_proj.bias',
  ]);
  expect(weightNamesOnDisk('vit.encoder.layer.0.output.dense.weight')[2]).toBe('vit.layers.0.mlp.fc2.weight');
  expect(weightNamesOnDisk('vit.encoder.layer.0.intermediate.dense.weight')[2]).toBe('vit.layers.0.mlp.fc1.weight');
  expect(weightNamesOnDisk('vit.encoder.layer.0.attention.attention.key.weight')[3]).toBe(
    'layers.0.attention.k_proj.weight',
  );
  expect(weightNamesOnDisk('classifier.weight')).toEqual(['classifier.weight']);
});

it('knows the other families', () => {
  expect(weightNamesOnDisk('deit.encoder.layer.3.output.dense.bias')).toEqual([
    'deit.encoder.layer.3.output.dense.bias',
    'encoder.layer.3.output.dense.bias',
    'deit.layers.3.mlp.fc2.bias',
    'layers.3.mlp.fc2.bias',
  ]);
  // transformers 5 renames only the attention of DINOv2; its layers stay `encoder.layer`.
  expect(weightNamesOnDisk('dinov2_with_registers.encoder.layer.1.attention.attention.query.weight')).toEqual([
    'dinov2_with_registers.encoder.layer.1.attention.attention.query.weight',
    'encoder.layer.1.attention.attention.query.weight',
    'dinov2_with_registers.encoder.layer.1.attention.q_proj.weight',
    'encoder.layer.1.attention.q_proj.weight',
  ]);
  expect(weightNamesOnDisk('dinov2.embeddings.mask_token')).toEqual([
    'dinov2.embeddings.mask_token',
    'embeddings.mask_token',
  ]);
  // SigLIP's vision tower alone is saved without the prefix by transformers 5; its modules have one name.
  expect(weightNamesOnDisk('vision_model.encoder.layers.1.self_attn.q_proj.weight')).toEqual([
    'vision_model.encoder.layers.1.self_attn.q_proj.weight',
    'encoder.layers.1.self_attn.q_proj.weight',
  ]);
});
