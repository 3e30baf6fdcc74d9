import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../engine/safetensors';
import type { Tensor } from '../../engine/tensor';
import { toHfConfig } from '../../engine/vit/hf-config';
import { inspectBackbone } from '../../engine-host/models/inspect-backbone';
import { loadBackbone } from '../../engine-host/models/load-backbone';
import {
  silentContext,
  smallConfig,
  smallParameters,
  writeCheckpointFolder,
} from '../../engine-host/models/test-checkpoint';
import { zipBytes } from '../../ingest/test-support/zip-bytes';
import { createEvents } from '../core/events';
import { createJobs } from '../core/jobs';
import { createSettings } from '../core/settings';
import { type CatalogueEntry, catalogueConfig, readCatalogue, recognise } from './backbone-catalogue';
import { type Backbones, type BackbonesOptions, createBackbones } from './backbones';
import { includedFolder } from './included-backbones';

const resourcesFolder = resolve(import.meta.dirname, '../../../../resources');
let home: string;
let backbones: Backbones;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'fovea-backbones-'));
  backbones = create();
});
afterEach(() => rmSync(home, { recursive: true, force: true }));
const create = (
  hubUrl?: string,
  resources = resourcesFolder,
  measureSpeed: BackbonesOptions['measureSpeed'] = async () => ({ device: 'cpu', gflops: 50, graphicsCards: [] }),
) =>
  createBackbones({
    folder: join(home, 'store'),
    resourcesFolder: resources,
    jobs: createJobs(createEvents()),
    settings: createSettings(join(home, 'user')),
    inspect: (folder) => inspectBackbone({ folder }, silentContext),
    measureSpeed,
    ...(hubUrl === undefined ? {} : { hubUrl }),
  });

const parameters = smallParameters;
const config = smallConfig;
/** A checkpoint folder as save_pretrained writes it. */
const writeModel = (name: string, tensors?: ReadonlyMap<string, Tensor>) =>
  writeCheckpointFolder(join(home, name), tensors);

const storeFolders = () => {
  try {
    return readdirSync(join(home, 'store')).filter((name) => name !== '.downloads');
  } catch {
    return [];
  }
};

describe('importCheckpoint', () => {
  it('imports a folder that can be listed, resolved and removed', async () => {
    const summary = await backbones.importCheckpoint([writeModel('my model')], 'Unsere Röntgen/ViT');
    expect(summary).toMatchObject({ name: 'Unsere Röntgen/ViT', source: 'imported', pretrained: true, imageSize: 32 });
    expect(await backbones.list()).toContainEqual(summary);
    const source = await backbones.resolve('Unsere Röntgen/ViT');
    const loaded = await loadBackbone(source, ['x', 'y'], 5, null);
    expect(loaded).toMatchObject({
      preparation: { height: 32, rescaleFactor: 1 / 255, mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.4] },
      pretrained: true,
    });
    expect(loaded.notes).toEqual(['The head is new: 2 classes instead of the 3 of the backbone.']);
    expect(loaded.parameters.get('classifier.weight')?.shape).toEqual([2, 24]);
    expect(loaded.parameters.get('vit.layernorm.weight')).toEqual(parameters().get('vit.layernorm.weight'));
    await expect(backbones.importCheckpoint([join(home, 'my model')], 'Unsere Röntgen/ViT')).rejects.toMatchObject({
      code: 'backbone_exists',
    });
    await backbones.remove('Unsere Röntgen/ViT');
    await expect(backbones.resolve('Unsere Röntgen/ViT')).rejects.toMatchObject({ code: 'backbone_unknown' });
    expect(storeFolders()).toEqual([]);
  });

  it('keeps a head for the same classes', async () => {
    const folder = writeModel('trained');
    const loaded = await loadBackbone({ kind: 'folder', folder }, ['a', 'b', 'c'], 5, null);
    expect(loaded.notes[0]).toContain('is kept');
    expect(loaded.parameters.get('classifier.weight')).toEqual(parameters().get('classifier.weight'));
    const others = await loadBackbone({ kind: 'folder', folder }, ['a', 'b', 'd'], 5, null);
    expect(others.parameters.get('classifier.weight')).not.toEqual(parameters().get('classifier.weight'));
  });

  it('reads shards, and a bare ViTModel without the prefix and head', async () => {
    const folder = writeModel('sharded');
    rmSync(join(folder, 'model.safetensors'));
    const bare = [...parameters()]
      .filter(([name]) => !name.startsWith('classifier.'))
      .map(([name, tensor]): [string, Tensor] => [name.replace(/^vit\./, ''), tensor]);
    const halves = [bare.slice(0, 5), bare.slice(5)];
    const weightMap: Record<string, string> = {};
    for (const [index, half] of halves.entries()) {
      const file = `model-0000${index + 1}-of-00002.safetensors`;
      writeFileSync(join(folder, file), writeSafetensors(new Map(half)));
      for (const [name] of half) weightMap[name] = file;
    }
    writeFileSync(
      join(folder, 'model.safetensors.index.json'),
      JSON.stringify({ metadata: {}, weight_map: weightMap }),
    );
    await backbones.importCheckpoint([folder], 'bare');
    const loaded = await loadBackbone(await backbones.resolve('bare'), ['a', 'b', 'c'], 5, null);
    expect(loaded.notes).toEqual(['The head is new: 3 classes; the backbone had none.']);
    const query = 'vit.encoder.layer.1.attention.attention.query.weight';
    expect(loaded.parameters.get(query)).toEqual(parameters().get(query));

    rmSync(join(folder, 'model-00002-of-00002.safetensors'));
    await expect(backbones.importCheckpoint([folder], 'half')).rejects.toMatchObject({
      code: 'backbone_invalid',
      message: expect.stringContaining('model-00002-of-00002.safetensors is missing'),
    });
  });

  it('names a missing tensor, and one of a wrong shape', async () => {
    const name = 'vit.encoder.layer.1.output.dense.weight';
    const incomplete = parameters();
    incomplete.delete(name);
    await expect(backbones.importCheckpoint([writeModel('incomplete', incomplete)])).rejects.toMatchObject({
      code: 'backbone_invalid',
      message: `The weights have no tensor ${name}.`,
    });
    const other = parameters().set(name, { shape: [48, 24], data: new Float32Array(48 * 24) });
    await expect(backbones.importCheckpoint([writeModel('other', other)])).rejects.toMatchObject({
      message: `The tensor ${name} has the shape [48, 24], but config.json requires [24, 48].`,
    });
    expect(storeFolders()).toEqual([]);
  });

  it('rejects pickles and explains how to convert them', async () => {
    const folder = writeModel('pickled');
    rmSync(join(folder, 'model.safetensors'));
    writeFileSync(join(folder, 'pytorch_model.bin'), 'never read');
    await expect(backbones.importCheckpoint([folder])).rejects.toMatchObject({
      code: 'backbone_pickle',
      hint: expect.stringContaining('save_pretrained'),
    });
  });

  it.each([
    ['an empty folder', () => {}, 'backbone_invalid'],
    [
      'another kind of model',
      (folder: string) => writeFileSync(join(folder, 'config.json'), '{"model_type":"bert"}'),
      'backbone-unsupported',
    ],
    ['a broken config', (folder: string) => writeFileSync(join(folder, 'config.json'), '{'), 'backbone_invalid'],
    [
      'cut weights',
      (folder: string) => {
        cpSync(writeModel('whole'), folder, { recursive: true });
        const file = join(folder, 'model.safetensors');
        writeFileSync(file, readFileSync(file).subarray(0, -100));
      },
      'safetensors-invalid',
    ],
    [
      'a shard outside the folder',
      (folder: string) => {
        writeFileSync(join(folder, 'config.json'), JSON.stringify(toHfConfig(config)));
        writeFileSync(join(folder, 'model.safetensors.index.json'), '{"weight_map":{"a":"../../x.safetensors"}}');
      },
      'backbone_invalid',
    ],
  ])('rejects %s', async (_what, prepare, code) => {
    const folder = join(home, 'bad');
    mkdirSync(folder);
    prepare(folder);
    await expect(backbones.importCheckpoint([folder])).rejects.toMatchObject({ code });
    expect(storeFolders()).toEqual([]);
  });
});

describe('what comes with a checkpoint', () => {
  it('is kept, shown and read: its licence and its card', async () => {
    const folder = writeModel('own');
    writeFileSync(join(folder, 'README.md'), '---\nlicense: cc-by-nc-4.0\n---\nTrained by a lab.');
    writeFileSync(join(folder, 'LICENSE'), 'The whole text.');
    const summary = await backbones.importCheckpoint([folder]);
    const documents = ['README.md', 'LICENSE'];
    expect(summary).toMatchObject({ licence: 'CC-BY-NC-4.0', description: 'Trained by a lab.', documents });
    expect(summary.diskBytes).toBeGreaterThan(statSync(join(folder, 'model.safetensors')).size);
    rmSync(folder, { recursive: true });
    expect(await backbones.document('own', 'LICENSE')).toBe('The whole text.');
    await expect(backbones.document('own', '../../settings.json')).rejects.toMatchObject({ code: 'backbone_unknown' });
  });

  it('makes it the default of new runs', async () => {
    const settings = createSettings(join(home, 'user'));
    await backbones.importCheckpoint([writeModel('mine')]);
    expect((await settings.get()).lastBackbone).toBe('mine');
  });

  it('imports a zip archive and single files', async () => {
    const folder = writeModel('packed');
    const files = readdirSync(folder).map((name) => ({ name, content: readFileSync(join(folder, name)) }));
    writeFileSync(join(home, 'from a zip.zip'), await zipBytes(files));
    expect(await backbones.importCheckpoint([join(home, 'from a zip.zip')])).toMatchObject({ name: 'from a zip' });
    const paths = files.map(({ name }) => join(folder, name));
    expect(await backbones.importCheckpoint(paths)).toMatchObject({ name: 'vit-2x24' });
    expect(await backbones.importCheckpoint(paths)).toMatchObject({ name: 'vit-2x24-2' });
    expect(storeFolders()).toHaveLength(3);
  });
});

describe('included backbones', () => {
  /** Resources as in a checkout, with one checkpoint and one broken folder. */
  const resources = () => {
    const folder = join(home, 'resources');
    mkdirSync(folder, { recursive: true });
    cpSync(join(resourcesFolder, 'backbones.json'), join(folder, 'backbones.json'));
    const included = writeCheckpointFolder(join(folder, 'backbones', 'lab--small'));
    // Its image processor feeds 64 pixels; its position grid is for 32.
    writeFileSync(join(included, 'preprocessor_config.json'), '{"size":{"height":64,"width":64}}');
    writeFileSync(join(included, 'MODEL-CARD.md'), '---\nlicense: apache-2.0\n---\nDistilled here.');
    mkdirSync(join(folder, 'backbones', 'broken'));
    writeFileSync(join(folder, 'backbones', 'broken', 'config.json'), '{');
    return folder;
  };

  it('are listed, trained from and read like imported ones, but cannot be removed or replaced', async () => {
    const own = create(undefined, resources());
    const found = (await own.list()).filter(({ source }) => source === 'included');
    expect(found).toMatchObject([
      {
        name: 'lab/small',
        installed: true,
        pretrained: true,
        imageSize: 64,
        licence: 'Apache-2.0',
        description: 'Distilled here.',
      },
    ]);
    const loaded = await loadBackbone(await own.resolve('lab/small'), ['a', 'b', 'c'], 1, null);
    expect(loaded.parameters.get('classifier.weight')).toEqual(parameters().get('classifier.weight'));
    expect(await own.document('lab/small', 'MODEL-CARD.md')).toContain('Distilled here.');
    await expect(own.remove('lab/small')).rejects.toMatchObject({ code: 'backbone_included' });
    await expect(own.importCheckpoint([writeModel('x')], 'lab/small')).rejects.toMatchObject({
      code: 'backbone_exists',
    });
  });

  it('lie beside the archive of the packaged app', () => {
    expect(includedFolder(join('opt', 'fovea', 'resources', 'app.asar', 'resources'))).toBe(
      join('opt', 'fovea', 'resources', 'backbones'),
    );
    expect(includedFolder(join('fovea', 'resources'))).toBe(join('fovea', 'resources', 'backbones'));
  });
});

describe('recommend', () => {
  it('measures once, again on request, and not at all where it fails', async () => {
    let rate: number | null = 50;
    let measured = 0;
    const own = create(undefined, resourcesFolder, async () => {
      measured += 1;
      if (rate === null) throw new Error('no engine');
      return { device: 'cpu', gflops: rate, graphicsCards: ['A card'] };
    });
    const seconds = async () => (await own.recommend()).secondsPerThousand['facebook/dinov2-small'];
    expect((await own.recommend()).machine).toMatchObject({ gflops: 50, device: 'cpu', graphicsCards: ['A card'] });
    const first = await seconds();
    // 22 million parameters × 257 tokens × 2, and the attention: about 11 GFLOPs an image.
    expect(first).toBeGreaterThan((11e9 * 1000) / 50e9);
    expect(first).toBeLessThan((12.5e9 * 1000) / 50e9);
    expect(measured).toBe(1);
    rate = 100;
    await own.measure();
    expect(await seconds()).toBeCloseTo((first as number) / 2, 6);
    rate = null;
    await own.measure();
    expect(await own.recommend()).toMatchObject({ machine: { gflops: null }, secondsPerThousand: {} });
  });
});

describe('list and resolve', () => {
  it('recognises a copy of a known checkpoint by its folder name and shape', async () => {
    const entry = (await readCatalogue(resourcesFolder)).find(({ name }) => name === 'facebook/dinov2-small');
    const config = catalogueConfig(entry as CatalogueEntry);
    const all = await readCatalogue(resourcesFolder);
    expect(recognise(all, 'dinov2-small', config)).toBe(all.find(({ name }) => name === 'facebook/dinov2-small'));
    expect(recognise(all, 'facebook--dinov2-small', config)?.name).toBe('facebook/dinov2-small');
    expect(recognise(all, 'dinov2-base', config)).toBeNull();
    expect(recognise(all, 'my model', config)).toBeNull();
    expect(recognise(all, 'dinov2-small', { ...config, classes: ['a', 'b'] })).toBeNull();
  });

  it('has a licence, a training and a page for every known checkpoint', async () => {
    for (const one of (await backbones.list()).filter(({ source }) => source === 'catalogue')) {
      expect(one.licence, one.name).not.toBe('');
      expect(one.training, one.name).not.toBeNull();
      expect(one.page).toMatch(/^https:\/\/huggingface\.co\/[\w.-]+\/[\w.-]+\/tree\//);
      expect(one.imageSize % one.patchSize, one.name).toBe(0);
    }
  });

  it('list architectures and checkpoints with their true sizes', async () => {
    const list = await backbones.list();
    const of = (name: string) => list.find((entry) => entry.name === name);
    expect(of('vit-micro')).toMatchObject({ source: 'architecture', installed: true, pretrained: false });
    // As the model cards say: 86.6 and 304 million with their ImageNet heads.
    expect(of('google/vit-base-patch16-224')).toMatchObject({
      source: 'catalogue',
      installed: false,
      parameters: 86_567_656,
      licence: 'Apache-2.0',
    });
    expect(of('google/vit-large-patch16-224')?.parameters).toBe(304_326_632);
    // 86.6 million, and a file of 346 MB.
    expect(of('facebook/dinov2-base')).toMatchObject({ parameters: 86_580_480, imageSize: 224, patchSize: 14 });
    expect((of('facebook/dinov2-base')?.downloadBytes ?? 0) / 1e6).toBeCloseTo(346.3, 1);
    // Public sizes: 1.5 GB, and 3,511,950,624 bytes of the 384 px model with 295 positions fewer and its header.
    const bytes = (name: string) => of(name)?.downloadBytes ?? 0;
    expect(bytes('google/siglip2-base-patch16-224') / 1e9).toBeCloseTo(1.5, 2);
    expect(bytes('google/medsiglip-448') / 1e9).toBeCloseTo((3_511_950_624 + 295 * 1152 * 4) / 1e9, 3);
    expect(of('google/medsiglip-448')).toMatchObject({ gated: true, imageSize: 448, patchSize: 14 });
    // Four register tokens more.
    expect(of('facebook/dinov2-with-registers-base')?.parameters).toBe(86_580_480 + 4 * 768);
    expect(await backbones.resolve('vit-micro')).toEqual({ kind: 'architecture', name: 'vit-micro' });
    await expect(backbones.resolve('google/vit-base-patch16-224')).rejects.toMatchObject({
      code: 'backbone_not_installed',
      hint: expect.stringMatching(/Open Weights.*fovea backbone download google\/vit-base-patch16-224/),
    });
  });
});

/** A hub with one checkpoint that cuts connections and damages files on request. */
function createHub(folder: string, commit = 'a'.repeat(40)) {
  const state = {
    cutAfter: Number.POSITIVE_INFINITY,
    /** Ends the connection that has sent its `cutAfter` bytes. */
    cut: () => {},
    damage: false,
    /** Status of the files themselves, e.g. of a gated repository. */
    status: 200,
    requests: [] as string[],
  };
  const server: Server = createServer((request, response) => {
    const url = request.url ?? '';
    const range = request.headers.range;
    state.requests.push(range === undefined ? url : `${url} ${range}`);
    if (url.startsWith('/api/models/')) {
      const siblings = readdirSync(folder).map((rfilename) => {
        const bytes = readFileSync(join(folder, rfilename));
        const lfs = { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length };
        return { rfilename, size: bytes.length, ...(rfilename.endsWith('.safetensors') ? { lfs } : {}) };
      });
      response.end(JSON.stringify({ sha: commit, siblings }));
      return;
    }
    if (state.status !== 200) {
      response.writeHead(state.status).end();
      return;
    }
    const bytes = readFileSync(join(folder, url.split('/').at(-1) as string));
    if (state.damage && url.endsWith('.safetensors')) bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const rest = bytes.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': rest.length });
    if (!url.endsWith('.safetensors') || rest.length <= state.cutAfter) {
      response.end(rest);
      return;
    }
    response.write(rest.subarray(0, state.cutAfter));
    state.cut = () => response.destroy();
  });
  return { server, state, folder };
}

describe('fetchCheckpoint', () => {
  const name = 'google/vit-base-patch16-224';

  const withHub = async (work: (hub: ReturnType<typeof createHub>, url: string) => Promise<void>) => {
    const hub = createHub(writeModel('remote'));
    await new Promise<void>((done) => hub.server.listen(0, '127.0.0.1', done));
    try {
      await work(hub, `http://127.0.0.1:${(hub.server.address() as AddressInfo).port}`);
    } finally {
      hub.server.closeAllConnections();
      hub.server.close();
    }
  };

  it('resumes an interrupted download, checks the hash and imports the model', () =>
    withHub(async ({ state }, url) => {
      const own = create(url);
      state.cutAfter = 10_000;
      // Three tries of 10,000 bytes each do not suffice. Each is cut when its bytes have arrived.
      await expect(own.fetchCheckpoint(name, { onProgress: () => state.cut() })).rejects.toMatchObject({
        code: 'download_failed',
      });
      expect(storeFolders()).toEqual([]);
      const starts = state.requests.flatMap((entry) => entry.split('bytes=')[1] ?? []).map(Number.parseFloat);
      expect(starts).toHaveLength(2);
      expect(starts[1]).toBeGreaterThan(starts[0] as number);
      const downloads = join(home, 'store', '.downloads');
      const part = join(downloads, readdirSync(downloads)[0] as string, 'model.safetensors.part');
      const have = statSync(part).size;
      expect(have).toBeGreaterThan(0);

      state.cutAfter = Number.POSITIVE_INFINITY;
      state.requests.length = 0;
      const progress: number[] = [];
      const summary = await own.fetchCheckpoint(name, { onProgress: (done, total) => progress.push(done / total) });
      expect(state.requests.some((entry) => entry.endsWith(`bytes=${have}-`))).toBe(true);
      expect(progress.at(-1)).toBe(1);
      expect(summary).toMatchObject({ name, source: 'imported', licence: 'Apache-2.0', installed: true });
      expect((await own.list()).filter((entry) => entry.name === name)).toEqual([summary]);
      const loaded = await loadBackbone(await own.resolve(name), ['a', 'b', 'c'], 1, null);
      expect(loaded.parameters.get('classifier.weight')).toEqual(parameters().get('classifier.weight'));
    }));

  it('discards a damaged download', () =>
    withHub(async ({ state }, url) => {
      const own = create(url);
      state.damage = true;
      await expect(own.fetchCheckpoint(name)).rejects.toMatchObject({ code: 'download_damaged' });
      expect(storeFolders()).toEqual([]);
      state.damage = false;
      await expect(own.fetchCheckpoint(name)).resolves.toMatchObject({ installed: true });
    }));

  it('asks for the revision that has safetensors, and keeps the licence', () =>
    withHub(async ({ state, folder }, url) => {
      writeFileSync(join(folder, 'LICENSE'), 'Apache License, Version 2.0');
      const large = 'google/vit-large-patch16-224';
      const summary = await create(url).fetchCheckpoint(large);
      expect(state.requests[0]).toBe(`/api/models/${large}/revision/refs%2Fpr%2F2?blobs=true`);
      expect(summary.documents).toEqual(['LICENSE']);
    }));

  it('says what to do where terms must be accepted first', () =>
    withHub(async ({ state }, url) => {
      state.status = 401;
      await expect(create(url).fetchCheckpoint(name)).rejects.toMatchObject({
        code: 'download_gated',
        hint: expect.stringContaining(`https://huggingface.co/${name}/tree/main`),
      });
    }));

  it('can be cancelled', () =>
    withHub(async (_hub, url) => {
      const controller = new AbortController();
      controller.abort();
      const cancelled = create(url).fetchCheckpoint(name, { signal: controller.signal });
      await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    }));

  it('explains how to copy the folder by hand without a network', async () => {
    // Nothing listens on port 9 (discard) of this machine.
    await expect(create('http://127.0.0.1:9').fetchCheckpoint(name)).rejects.toMatchObject({
      code: 'offline',
      hint: expect.stringMatching(
        new RegExp(`open Weights and drop the folder there.*fovea backbone import FOLDER --name ${name}`),
      ),
    });
  });
});
