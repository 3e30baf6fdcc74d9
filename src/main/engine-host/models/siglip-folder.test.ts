import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultPipeline } from '#shared/imaging/pipeline';
import type { LoraSettings } from '#shared/training/lora';
import { writeSafetensors } from '../../engine/safetensors';
import type { Tensor } from '../../engine/tensor';
import { initialLoopState } from '../../engine/train/checkpoint';
import { initialiseParameters } from '../../engine/vit/initialise';
import { loraGroups } from '../../engine/vit/lora';
import { parseVitConfig } from '../../engine/vit/parse-config';
import { openBackboneFolder, parameterSpecs } from './backbone-folder';
import { openCheckpoint, readConfig, readParameters, writeCheckpoint } from './checkpoint-files';
import { lastSlot } from './checkpoint-slots';
import { loadBackbone } from './load-backbone';

let root: string;
let count = 0;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'fovea-siglip-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const vision = {
  model_type: 'siglip_vision_model',
  hidden_size: 12,
  intermediate_size: 20,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  image_size: 16,
  patch_size: 8,
};
/** config.json of a SiglipModel, as transformers 5 writes it, shortened. */
const whole = { model_type: 'siglip', vision_config: vision, text_config: { vocab_size: 8, hidden_size: 12 } };
const config = parseVitConfig(whole);
const tower: ReadonlyMap<string, Tensor> = new Map(
  [...initialiseParameters(parameterSpecs(config), 1)].filter(([name]) => !name.startsWith('classifier.')),
);

function write(json: unknown, tensors: ReadonlyMap<string, Tensor>): string {
  const folder = join(root, String(count++));
  mkdirSync(folder);
  writeFileSync(join(folder, 'config.json'), JSON.stringify(json));
  const size = { height: vision.image_size, width: vision.image_size };
  const processor = { image_processor_type: 'SiglipImageProcessor', size, image_mean: [0.5, 0.5, 0.5], image_std: 0.5 };
  writeFileSync(join(folder, 'preprocessor_config.json'), JSON.stringify(processor));
  writeFileSync(join(folder, 'model.safetensors'), writeSafetensors(tensors, { format: 'pt' }));
  return folder;
}
const load = (folder: string, imageSize: number | null = null) =>
  loadBackbone({ kind: 'folder', folder }, ['a', 'b'], 5, imageSize);
const vector = (size: number): Tensor => ({ shape: [size], data: new Float32Array(size) });

it('is read from a model of images and text, whose text tower is left out and reported', async () => {
  const text = ['text_model.head.bias', 'text_model.encoder.layers.7.layer_norm1.bias', 'logit_scale', 'logit_bias'];
  const all = new Map([...tower, ...text.map((name) => [name, vector(1)] as const)]);
  const { parameters, notes, config: loaded } = await load(write(whole, all));
  for (const [name, tensor] of tower) expect(parameters.get(name), name).toEqual(tensor);
  expect([...parameters.keys()].filter((name) => !tower.has(name)).sort()).toEqual([
    'classifier.bias',
    'classifier.weight',
  ]);
  expect(loaded).toEqual({ ...config, classes: ['a', 'b'] });
  expect(notes).toContain('The checkpoint is a model of images and text. Its text tower is not used.');
  expect(notes.join(' ')).not.toContain('do not belong');
});

it('is read from a vision tower alone, with and without the prefix', async () => {
  const ids = ['embeddings.position_ids', vector(4)] as const;
  const bare = [...tower].map(([name, tensor]) => [name.replace('vision_model.', ''), tensor] as const);
  for (const tensors of [tower, new Map([...bare, ids])]) {
    const { parameters, notes } = await load(write(vision, tensors));
    for (const [name, tensor] of tower) expect(parameters.get(name), name).toEqual(tensor);
    expect(notes).toEqual(['The head is new: 2 classes; the backbone had none.']);
  }
});

it('is read without a pooling head, whatever config.json says', async () => {
  const headless = new Map([...tower].filter(([name]) => !name.startsWith('vision_model.head.')));
  for (const use of [true, false]) {
    const json = { ...whole, vision_config: { ...vision, vision_use_head: use } };
    const { parameters, config: loaded } = await load(write(json, headless));
    expect(loaded.poolingHead).toBe(false);
    expect([...parameters.keys()].filter((name) => name.includes('.head.'))).toEqual([]);
  }
});

it('gets interpolated positions for another image size', async () => {
  const { parameters, config: loaded } = await load(write(whole, tower), 24);
  expect(loaded.imageSize).toBe(24);
  expect(parameters.get('vision_model.embeddings.position_embedding.weight')?.shape).toEqual([9, 12]);
});

it.each<[string, Record<string, unknown>, string]>([
  ['fewer positions', { image_size: 24 }, 'position_embedding.weight has the shape [4, 12]'],
  ['another width', { hidden_size: 24 }, 'requires [4, 24]'],
  ['more layers', { num_hidden_layers: 3 }, 'no tensor vision_model.encoder.layers.2'],
  // The classes of transformers have 768 units, so an empty description is that of another model.
  [
    'an empty description',
    Object.fromEntries(Object.keys(vision).map((key) => [key, undefined])),
    'requires [196, 768]',
  ],
])('is refused with %s than its weights', async (_, change, message) => {
  const json = { ...whole, vision_config: { ...vision, ...change } };
  await expect(openBackboneFolder(write(json, tower))).rejects.toMatchObject({
    code: 'backbone_invalid',
    message: expect.stringContaining(message),
  });
});

it('is refused with weights that are no numbers, even in the unused head', async () => {
  const name = 'vision_model.head.probe';
  const broken = new Map(tower).set(name, { shape: [1, 1, 12], data: new Float32Array(12).fill(Number.NaN) });
  await expect(load(write(whole, broken))).rejects.toMatchObject({
    code: 'weights_unusable',
    message: expect.stringContaining(name),
  });
});

it('gets a new head if that of the file has another number of classes', async () => {
  const three = { ...whole, id2label: { 0: 'a', 1: 'b', 2: 'c' } };
  const own = { shape: [3, 12], data: new Float32Array(36).fill(1) };
  const folder = write(three, new Map([...tower, ['classifier.weight', own], ['classifier.bias', vector(3)]]));
  const { parameters, notes } = await load(folder);
  expect(parameters.get('classifier.weight')?.shape).toEqual([2, 12]);
  expect(notes).toContain('The head is new: 2 classes instead of the 3 of the backbone.');
});

it('is written as transformers reads it, adapters under the names of its modules, and read back', async () => {
  const lora: LoraSettings = { rank: 2, alpha: 4, targets: 'attention' };
  const trained = { ...config, classes: ['a', 'b'] };
  const adapters = loraGroups(trained, lora).flatMap((group) => group.parameters);
  const parameters = initialiseParameters([...parameterSpecs(trained), ...adapters], 3);
  const slot = lastSlot(join(root, 'run'));
  mkdirSync(join(root, 'run', 'checkpoints'), { recursive: true });
  await writeCheckpoint(slot, {
    config: trained,
    pipeline: defaultPipeline(16),
    parameters,
    lora,
    optimizer: null,
    trainer: {
      run: 'r',
      backbone: 'b',
      random: { algorithm: 'xoshiro128**', seed: 1, epoch: 1 },
      state: initialLoopState,
      notes: [],
    },
  });
  const json = (name: string): unknown => JSON.parse(readFileSync(join(slot.folder, name), 'utf8'));
  expect(json('config.json')).toMatchObject({
    architectures: ['SiglipForImageClassification'],
    model_type: 'siglip',
    vision_config: vision,
    id2label: { 0: 'a', 1: 'b' },
  });
  expect(json('adapter/adapter_config.json')).toMatchObject({
    auto_mapping: { base_model_class: 'SiglipForImageClassification' },
    target_modules: ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj', 'self_attn.out_proj'],
  });
  const checkpoint = await openCheckpoint(slot.folder);
  if (checkpoint === null) throw new Error('no checkpoint');
  expect(await readConfig(checkpoint)).toEqual(trained);
  const read = await readParameters(checkpoint);
  expect([...read.keys()].sort()).toEqual([...parameters.keys()].sort());
  for (const [name, tensor] of parameters) expect(read.get(name), name).toEqual(tensor);
});
