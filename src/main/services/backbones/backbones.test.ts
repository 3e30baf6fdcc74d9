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
import { createEvents } from '../core/events';
import { createJobs } from '../core/jobs';
import { type Backbones, createBackbones } from './backbones';

const resourcesFolder = resolve(import.meta.dirname, '../../../../resources');
let home: string;
let backbones: Backbones;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'fovea-backbones-'));
  backbones = create();
});
afterEach(() => rmSync(home, { recursive: true, force: true }));
const create = (hubUrl?: string) =>
  createBackbones({
    folder: join(home, 'store'),
    resourcesFolder,
    jobs: createJobs(createEvents()),
    inspect: (folder) => inspectBackbone({ folder }, silentContext),
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

describe('importFolder', () => {
  it('imports a folder that can be listed, resolved and removed', async () => {
    const summary = await backbones.importFolder(writeModel('my model'), 'Unsere Röntgen/ViT');
    expect(summary).toMatchObject({ name: 'Unsere Röntgen/ViT', source: 'imported', pretrained: true, imageSize: 32 });
    expect(await backbones.list()).toContainEqual(summary);
    const source = await backbones.resolve('Unsere Röntgen/ViT');
    const loaded = await loadBackbone(source, ['x', 'y'], 5, null);
    expect(loaded).toMatchObject({
      processor: { rescaleFactor: 1 / 255, mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.4] },
      pretrained: true,
    });
    expect(loaded.notes).toEqual(['The head is new: 2 classes instead of the 3 of the backbone.']);
    expect(loaded.parameters.get('classifier.weight')?.shape).toEqual([2, 24]);
    expect(loaded.parameters.get('vit.layernorm.weight')).toEqual(parameters().get('vit.layernorm.weight'));
    await expect(backbones.importFolder(join(home, 'my model'), 'Unsere Röntgen/ViT')).rejects.toMatchObject({
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
    await backbones.importFolder(folder, 'bare');
    const loaded = await loadBackbone(await backbones.resolve('bare'), ['a', 'b', 'c'], 5, null);
    expect(loaded.notes).toEqual(['The head is new: 3 classes; the backbone had none.']);
    const query = 'vit.encoder.layer.1.attention.attention.query.weight';
    expect(loaded.parameters.get(query)).toEqual(parameters().get(query));

    rmSync(join(folder, 'model-00002-of-00002.safetensors'));
    await expect(backbones.importFolder(folder, 'half')).rejects.toMatchObject({
      code: 'backbone_invalid',
      message: expect.stringContaining('model-00002-of-00002.safetensors is missing'),
    });
  });

  it('names a missing tensor, and one of a wrong shape', async () => {
    const name = 'vit.encoder.layer.1.output.dense.weight';
    const incomplete = parameters();
    incomplete.delete(name);
    await expect(backbones.importFolder(writeModel('incomplete', incomplete))).rejects.toMatchObject({
      code: 'backbone_invalid',
      message: `The weights have no tensor ${name}.`,
    });
    const other = parameters().set(name, { shape: [48, 24], data: new Float32Array(48 * 24) });
    await expect(backbones.importFolder(writeModel('other', other))).rejects.toMatchObject({
      message: `The tensor ${name} has the shape [48, 24], but config.json requires [24, 48].`,
    });
    expect(storeFolders()).toEqual([]);
  });

  it('rejects pickles and explains how to convert them', async () => {
    const folder = writeModel('pickled');
    rmSync(join(folder, 'model.safetensors'));
    writeFileSync(join(folder, 'pytorch_model.bin'), 'never read');
    await expect(backbones.importFolder(folder)).rejects.toMatchObject({
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
    await expect(backbones.importFolder(folder)).rejects.toMatchObject({ code });
    expect(storeFolders()).toEqual([]);
  });
});

describe('list and resolve', () => {
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
    expect(of('facebook/dinov2-base')).toMatchObject({ parameters: 86_580_480, imageSize: 518, patchSize: 14 });
    expect((of('facebook/dinov2-base')?.downloadBytes ?? 0) / 1e6).toBeCloseTo(346.3, 1);
    // Four register tokens more.
    expect(of('facebook/dinov2-with-registers-base')?.parameters).toBe(86_580_480 + 4 * 768);
    expect(await backbones.resolve('vit-micro')).toEqual({ kind: 'architecture', name: 'vit-micro' });
    await expect(backbones.resolve('google/vit-base-patch16-224')).rejects.toMatchObject({
      code: 'backbone_not_installed',
      hint: expect.stringMatching(/“Get a checkpoint”.*fovea backbone download google\/vit-base-patch16-224/),
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
    requests: [] as string[],
  };
  const files = readdirSync(folder);
  const server: Server = createServer((request, response) => {
    const url = request.url ?? '';
    const range = request.headers.range;
    state.requests.push(range === undefined ? url : `${url} ${range}`);
    if (url.startsWith('/api/models/')) {
      const siblings = files.map((rfilename) => {
        const bytes = readFileSync(join(folder, rfilename));
        const lfs = { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length };
        return { rfilename, size: bytes.length, ...(rfilename.endsWith('.safetensors') ? { lfs } : {}) };
      });
      response.end(JSON.stringify({ sha: commit, siblings }));
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
  return { server, state };
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
        new RegExp(`“Get a checkpoint”, then “Import a folder”.*fovea backbone import FOLDER --name ${name}`),
      ),
    });
  });
});
