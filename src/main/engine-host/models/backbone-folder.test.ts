import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tensor } from '../../engine/tensor';
import { openBackboneFolder } from './backbone-folder';
import { inspectBackbone } from './inspect-backbone';
import { loadBackbone } from './load-backbone';
import { silentContext, smallParameters, writeCheckpointFolder } from './test-checkpoint';

let root: string;
let count = 0;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'fovea-checkpoint-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const newFolder = () => join(root, `checkpoint-of-test-${count++}`);
const inspect = (folder: string) => inspectBackbone({ folder }, silentContext);
const load = (folder: string, classes: readonly string[]) => loadBackbone({ kind: 'folder', folder }, classes, 5, null);

/** A safetensors file of tensors of any number type, by hand: 8 bytes of length, JSON, data. */
function writeTensors(
  path: string,
  tensors: Readonly<Record<string, { dtype: string; shape: number[]; data: Buffer }>>,
) {
  let position = 0;
  const entries = Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
    const begin = position;
    position += data.length;
    return [name, { dtype, shape, data_offsets: [begin, position] }];
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeFileSync(path, Buffer.concat([length, header, ...Object.values(tensors).map(({ data }) => data)]));
}

const encode = (dtype: string, { shape, data }: Tensor) => {
  switch (dtype) {
    case 'F64':
      return { dtype, shape: [...shape], data: Buffer.from(Float64Array.from(data).buffer) };
    case 'F32':
      return { dtype, shape: [...shape], data: Buffer.from(Float32Array.from(data).buffer) };
    default:
      return { dtype, shape: [...shape], data: Buffer.alloc(data.length * (dtype === 'I64' ? 8 : 1)) };
  }
};
const QUERY = 'vit.encoder.layer.1.attention.attention.query.weight';

describe('number types', () => {
  const write = (dtype: string) => {
    const folder = writeCheckpointFolder(newFolder());
    const entries = [...smallParameters()].map(([name, tensor]) => [
      name,
      encode(name === QUERY ? dtype : 'F32', tensor),
    ]);
    writeTensors(join(folder, 'model.safetensors'), Object.fromEntries(entries));
    return folder;
  };

  it('of 64 bits are supported', async () => {
    const { parameters } = await load(write('F64'), ['a', 'b', 'c']);
    // Every float32 is a float64, and back again.
    expect(parameters.get(QUERY)?.data).toEqual(smallParameters().get(QUERY)?.data);
  });

  it.each(['I8', 'U8', 'F8_E4M3', 'F8_E5M2', 'I64'])(
    '%s is rejected at import with the name of the tensor',
    async (dtype) => {
      await expect(inspect(write(dtype))).rejects.toMatchObject({
        code: 'safetensors-dtype',
        message: `The tensor "${QUERY}" is stored as ${dtype}, which Fovea does not read.`,
      });
    },
  );
});

describe('non-finite weights', () => {
  it.each([
    [Number.NaN, 'is not a number (NaN)'],
    [Number.POSITIVE_INFINITY, 'is infinite'],
    [Number.NEGATIVE_INFINITY, 'is infinite'],
    [3e38, 'is 3.0e+38'],
    [-2e18, 'is -2.0e+18'],
  ])('%d is rejected with the name of its tensor, at import and at the start of a run', async (value, what) => {
    const tensors = smallParameters();
    const { shape, data } = tensors.get(QUERY) as Tensor;
    tensors.set(QUERY, { shape, data: Float32Array.from(data, (old, at) => (at === data.length - 1 ? value : old)) });
    const folder = writeCheckpointFolder(newFolder(), tensors);
    const refusal = { code: 'weights_unusable', message: expect.stringContaining(`${QUERY} ${what}`) };
    await expect(inspect(folder)).rejects.toMatchObject(refusal);
    await expect(load(folder, ['a', 'b', 'c'])).rejects.toMatchObject(refusal);
  });
});

describe('names of tensors', () => {
  const renamed = (rename: (name: string) => string) =>
    writeCheckpointFolder(newFolder(), new Map([...smallParameters()].map(([name, tensor]) => [rename(name), tensor])));

  it.each([
    ['torch.compile', (name: string) => `_orig_mod.${name}`],
    ['data parallelism', (name: string) => `module.${name}`],
    ['both', (name: string) => `module._orig_mod.${name}`],
    ['a compiled part', (name: string) => name.replace(/^vit\./, 'vit._orig_mod.')],
    ['Lightning', (name: string) => `model.${name}`],
    [
      'sharding',
      (name: string) => `_fsdp_wrapped_module.${name.replace('layer.1.', 'layer.1._checkpoint_wrapped_module.')}`,
    ],
  ])('with the prefix of %s are recognised', async (_, rename) => {
    const { parameters, notes } = await load(renamed(rename), ['a', 'b', 'c']);
    expect(parameters).toEqual(smallParameters());
    expect(notes).toEqual(['The head of the backbone is kept: its classes are the same.']);
  });

  it('are rejected when duplicated', async () => {
    const twice = new Map([
      ...smallParameters(),
      ['module.classifier.bias', { shape: [3], data: new Float32Array(3) }],
    ]);
    await expect(inspect(writeCheckpointFolder(newFolder(), twice))).rejects.toMatchObject({
      message: 'The weights contain the tensor classifier.bias twice.',
    });
  });

  it('are reported when they do not belong to the model', async () => {
    const square = { shape: [24, 24], data: new Float32Array(576) };
    const more = new Map([...smallParameters(), ['vit.pooler.dense.weight', square], ['projector.weight', square]]);
    expect((await inspect(writeCheckpointFolder(newFolder(), more))).notes).toEqual([
      '2 tensors of the weights do not belong to the model and are not used: projector.weight, vit.pooler.dense.weight.',
    ]);
    const shallow = writeCheckpointFolder(newFolder(), smallParameters(), { num_hidden_layers: 1 });
    expect((await inspect(shallow)).notes).toEqual(['config.json uses 1 of the 2 layers in the weights.']);
  });
});

describe('the head', () => {
  const bias = { shape: [3], data: Float32Array.of(1, 2, 3) };
  const write = (config: Record<string, unknown> = {}) =>
    writeCheckpointFolder(newFolder(), smallParameters().set('classifier.bias', bias), config);

  it('is reordered for the same classes in another order', async () => {
    // The checkpoint knows a, b, c in this order; the project c, a, b.
    const { parameters, notes } = await load(write(), ['c', 'a', 'b']);
    expect([...(parameters.get('classifier.bias')?.data ?? [])]).toEqual([3, 1, 2]);
    const row = (index: number) =>
      smallParameters()
        .get('classifier.weight')
        ?.data.subarray(24 * index, 24 * (index + 1));
    expect(parameters.get('classifier.weight')?.data.subarray(0, 24)).toEqual(row(2));
    expect(parameters.get('classifier.weight')?.data.subarray(24, 48)).toEqual(row(0));
    expect(notes[0]).toContain('were reordered to match');
  });

  it('is new for other classes, and reported as new, even if names differ only in case', async () => {
    const { parameters, notes } = await load(write(), ['A', 'b', 'c']);
    expect([...(parameters.get('classifier.bias')?.data ?? [])]).not.toEqual([1, 2, 3]);
    expect(notes[0]).toBe('The head is new: 3 classes instead of the 3 of the backbone.');
  });

  it.each([
    ['multi_label_classification', 'predicts each class independently'],
    ['regression', 'another task (regression)'],
  ])('of %s is not taken for a single-label head', async (problem, words) => {
    const folder = write({ problem_type: problem });
    const { parameters, notes } = await load(folder, ['a', 'b', 'c']);
    expect([...(parameters.get('classifier.bias')?.data ?? [])]).not.toEqual([1, 2, 3]);
    expect(notes[0]).toContain('The head is new');
    expect(notes.join(' ')).toContain(words);
    expect(await inspect(folder)).toMatchObject({ config: { classes: [] } });
  });

  it('is reported if it does not fit config.json', async () => {
    const two = { id2label: { 0: 'a', 1: 'b' } };
    const { notes } = await inspect(write(two));
    expect(notes).toEqual(['The head of the checkpoint does not match its config.json and is not used.']);
  });
});

describe('hostile folders', () => {
  it.each(['config.json', 'preprocessor_config.json', 'model.safetensors'])(
    '%s must be a regular file',
    async (name) => {
      const make: ((path: string) => void)[] = [
        (path) => mkdirSync(path),
        (path) => symlinkSync(name, path),
        (path) => symlinkSync('/', path),
      ];
      if (process.platform !== 'win32') make.push((path) => execFileSync('mkfifo', [path]));
      if (existsSync('/dev/zero')) make.push((path) => symlinkSync('/dev/zero', path));
      for (const one of make) {
        const folder = writeCheckpointFolder(newFolder());
        rmSync(join(folder, name));
        one(join(folder, name));
        await expect(openBackboneFolder(folder)).rejects.toMatchObject({
          code: 'not_a_file',
          message: expect.stringContaining(name),
        });
      }
    },
  );

  it('a config larger than 8 MiB is not read', async () => {
    const folder = writeCheckpointFolder(newFolder());
    writeFileSync(join(folder, 'config.json'), ' '.repeat(9 * 2 ** 20));
    await expect(inspect(folder)).rejects.toMatchObject({ code: 'file_too_large' });
  });

  it('a header larger than 8 MiB, or with more than 20,000 tensors, is rejected before parsing', async () => {
    const folder = writeCheckpointFolder(newFolder());
    const file = join(folder, 'model.safetensors');
    const withHeader = (header: Buffer) => {
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(header.length));
      writeFileSync(file, Buffer.concat([length, header]));
    };
    withHeader(Buffer.alloc(8 * 2 ** 20 + 1, '['));
    await expect(inspect(folder)).rejects.toMatchObject({ message: expect.stringContaining('8 MiB') });
    withHeader(Buffer.alloc(8 * 2 ** 20, '['));
    await expect(inspect(folder)).rejects.toMatchObject({ code: 'safetensors-invalid' });
    const none = { dtype: 'F32', shape: [0], data_offsets: [0, 0] };
    withHeader(
      Buffer.from(
        JSON.stringify(Object.fromEntries(Array.from({ length: 20_001 }, (_, index) => [`t${index}`, none]))),
      ),
    );
    await expect(inspect(folder)).rejects.toMatchObject({ message: expect.stringContaining('20001 tensors') });
  });
});

describe('folders of other programs', () => {
  const folderOf = (files: Readonly<Record<string, string>>) => {
    const folder = newFolder();
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    return folder;
  };
  const config = () => readFileSync(join(writeCheckpointFolder(newFolder()), 'config.json'), 'utf8');

  /* File names as timm 1.0, PEFT 0.20, transformers' Trainer, its hub cache and others write them. */
  it.each([
    [
      'timm',
      { 'config.json': '{"architecture":"vit_tiny_patch16_224","pretrained_cfg":{}}', 'model.safetensors': '' },
      'vit_tiny_patch16_224',
      'published for transformers',
    ],
    [
      'PEFT',
      { 'adapter_config.json': '{}', 'adapter_model.safetensors': '', 'README.md': '' },
      'PEFT adapter',
      'merge_and_unload',
    ],
    [
      'Trainer',
      { 'checkpoint-500/config.json': '{}', 'checkpoint-1000/config.json': '{}', 'runs/x': '' },
      'checkpoint-500, checkpoint-1000',
      'Choose one of its checkpoints',
    ],
    ['the hub', { 'snapshots/0f3a/config.json': '{}', 'refs/main': '0f3a' }, 'snapshots/0f3a', 'Choose that folder'],
    [
      'a pickle with its config',
      { 'config.json': '', 'pytorch_model.bin': '' },
      'Python pickle (pytorch_model.bin)',
      'AutoModelForImageClassification',
    ],
    ['a pickle alone', { 'epoch=3.ckpt': '' }, 'Python pickle (epoch=3.ckpt)', 'its model is unknown'],
    ['ONNX', { 'model.onnx': '' }, 'ONNX model', 'save_pretrained'],
    ['Keras', { 'config.json': '', 'tf_model.h5': '' }, '(tf_model.h5)', 'model.safetensors'],
    ['GGUF', { 'vit.gguf': '' }, 'GGUF', 'config.json'],
    ['weights alone', { 'model.safetensors': '' }, 'no config.json', 'config.json of the model'],
    ['weights of another name', { 'config.json': '', 'weights.safetensors': '' }, 'weights.safetensors', 'rename'],
  ])('%s', async (_, files, message, hint) => {
    const named = Object.fromEntries(
      Object.entries(files).map(([name, content]) => [
        name,
        name === 'config.json' && content === '' ? config() : content,
      ]),
    );
    await expect(inspect(folderOf(named))).rejects.toMatchObject({
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  });

  it('a Trainer checkpoint is accepted, and its pickles are not read', async () => {
    const folder = writeCheckpointFolder(newFolder());
    for (const name of ['optimizer.pt', 'scheduler.pt', 'rng_state.pth', 'training_args.bin', 'trainer_state.json'])
      writeFileSync(join(folder, name), 'never read');
    expect((await inspect(folder)).files).toEqual(['config.json', 'preprocessor_config.json', 'model.safetensors']);
  });

  it('an adapter beside a model is not applied, and reported', async () => {
    const folder = writeCheckpointFolder(newFolder());
    writeFileSync(join(folder, 'adapter_config.json'), '{}');
    expect((await inspect(folder)).notes).toEqual(['The folder also contains a PEFT adapter, which is not applied.']);
  });
});
