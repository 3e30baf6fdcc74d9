import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renameInZip, type ZipEntry, zipBytes } from '../../ingest/test-support/zip-bytes';
import { gatherCheckpoint } from './checkpoint-source';

let home: string;
let store: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'fovea-source-'));
  store = join(home, 'store');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const weights = Buffer.alloc(5000, 'weights of a model ');
const config: ZipEntry = { name: 'dinov2/config.json', content: '{}' };
const model: ZipEntry = { name: 'dinov2/model.safetensors', content: weights, compress: false };
const put = async (name: string, entries: readonly ZipEntry[], change = (zip: Buffer) => zip) => {
  const path = join(home, name);
  writeFileSync(path, change(await zipBytes(entries)));
  return path;
};
const leftovers = () => readdirSync(store);

describe('a zip archive', () => {
  it('is unpacked to the files of its checkpoint', async () => {
    const path = await put('dinov2-small.zip', [
      config,
      model,
      { name: 'dinov2/preprocessor_config.json', content: '{"size":224}' },
      { name: 'dinov2/LICENSE', content: 'Apache License' },
      // Neither is needed.
      { name: 'dinov2/pytorch_model.bin', content: 'a pickle' },
      { name: 'dinov2/onnx/config.json', content: '{}' },
    ]);
    const progress: number[] = [];
    const source = await gatherCheckpoint([path], store, { onProgress: (done, total) => progress.push(done / total) });
    expect(source.name).toBe('dinov2-small');
    expect(readdirSync(source.folder).sort()).toEqual([
      'LICENSE',
      'config.json',
      'model.safetensors',
      'preprocessor_config.json',
    ]);
    expect(readFileSync(join(source.folder, 'model.safetensors'))).toEqual(weights);
    expect(progress.at(-1)).toBe(1);
    await source.dispose();
    expect(leftovers()).toEqual([]);
  });

  it.each<[string, readonly ZipEntry[], (zip: Buffer) => Buffer, string, RegExp]>([
    ['no checkpoint', [{ name: 'a.png', content: 'x' }], (zip) => zip, 'backbone_invalid', /no config\.json/],
    ['no weights', [config], (zip) => zip, 'backbone_invalid', /no model\.safetensors beside/],
    [
      'two checkpoints',
      [config, model, { ...config, name: 'b/config.json' }, { ...model, name: 'b/model.safetensors' }],
      (zip) => zip,
      'backbone_invalid',
      /2 checkpoints/,
    ],
    [
      'weights outside its folder',
      [config, { ...model, name: 'aa/model.safetensors' }],
      (zip) => renameInZip(zip, 'aa/model.safetensors', '../model.safetensors'),
      'backbone_invalid',
      /leads outside/,
    ],
    [
      'a link in place of the weights',
      [config, { ...model, content: '/etc/passwd', mode: 0o120777 }],
      (zip) => zip,
      'backbone_invalid',
      /links are not followed/,
    ],
    [
      'a bomb',
      [config, { ...model, compress: true }],
      (zip) => {
        // The unpacked size in the directory.
        zip.writeUInt32LE(80 * 2 ** 20, zip.lastIndexOf(model.name) - 46 + 24);
        return zip;
      },
      'too_large',
      /50 times/,
    ],
    [
      'weights that are damaged',
      [config, model],
      (zip) => {
        const at = zip.indexOf('weights of a model');
        zip[at] = (zip[at] as number) ^ 1;
        return zip;
      },
      'damaged',
      /damaged/,
    ],
    ['no archive at all', [], () => Buffer.from('PK, but not really a zip'), 'damaged', /damaged/],
  ])('with %s is refused', async (_what, entries, change, code, message) => {
    const path = await put('bad.zip', entries, change);
    await expect(gatherCheckpoint([path], store)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(leftovers()).toEqual([]);
  });
});

describe('single files', () => {
  const write = (...names: readonly string[]) =>
    names.map((name) => {
      const path = join(home, name);
      writeFileSync(path, name);
      return path;
    });

  it('are brought together without a copy of their own name', async () => {
    const [first, second] = write('config.json', 'model.safetensors') as [string, string];
    const link = join(home, 'preprocessor_config.json');
    writeFileSync(join(home, 'elsewhere'), 'linked');
    symlinkSync('elsewhere', link);
    const source = await gatherCheckpoint([first, second, link], store);
    expect(source.name).toBeNull();
    expect(readdirSync(source.folder).sort()).toEqual(['config.json', 'model.safetensors', 'preprocessor_config.json']);
    expect(readFileSync(join(source.folder, 'preprocessor_config.json'), 'utf8')).toBe('linked');
    await source.dispose();
    expect(leftovers()).toEqual([]);
    expect(readFileSync(second, 'utf8')).toBe('model.safetensors');
  });

  it('that belong to no checkpoint are named', async () => {
    await expect(gatherCheckpoint(write('config.json', 'scan.dcm'), store)).rejects.toMatchObject({
      code: 'backbone_invalid',
      message: 'scan.dcm is not a file of a checkpoint.',
    });
    expect(leftovers()).toEqual([]);
  });
});

it('takes one folder as it is', async () => {
  const folder = join(home, 'model');
  mkdirSync(folder);
  await expect(gatherCheckpoint([folder], store)).resolves.toMatchObject({ folder, name: 'model' });
  await expect(gatherCheckpoint([folder, folder], store)).rejects.toMatchObject({ code: 'backbone_invalid' });
  await expect(gatherCheckpoint([join(home, 'gone')], store)).rejects.toMatchObject({ code: 'backbone_missing' });
});
