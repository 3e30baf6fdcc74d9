import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeRaster } from '#shared/imaging/raster';
import { buildHosts } from '../../decode-host/test-support/build-host';
import { smallFiles } from '../../ingest/sample/small-files';
import { seededRandom } from '../../ingest/test-support/random';
import { type RasterPlace, readPlace } from '../../packs/place';
import { openProjectStore, type ProjectStore } from '../../store/open';
import { areCached, type CachedImage, findRasters } from '../cache/find-pictures';
import { databasePath, packsFolder, USUAL_RASTERS } from '../project/project-paths';

const repository = resolve(import.meta.dirname, '../../../..');
const IMAGES = 400;
const KILLS = 5;
const BATCH = 50;
/** For the test that kills at each write in turn. */
const FEW_IMAGES = 3;

let root: string;
let built: string;
let entry: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'fovea-kill-'));
  for (const { path, bytes } of smallFiles(IMAGES, 'mixed', 1)) {
    const file = join(root, 'images', ...path.split('/'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  entry = join(await buildHosts('import-kill', { entry: 'entry.ts' }), 'entry.js');
  // Inside the repository, so that packages resolve.
  mkdirSync(join(repository, '.cache'), { recursive: true });
  built = mkdtempSync(join(repository, '.cache', 'kill-test-'));
  await build({
    root: repository,
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: join(import.meta.dirname, 'import-kill.fixture.ts'),
      outDir: built,
      target: 'node20',
      rollupOptions: { output: { entryFileNames: 'import.mjs' } },
    },
  });
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
  rmSync(built, { recursive: true, force: true });
});

interface Ended {
  readonly done: number;
  readonly code: number | null;
  /** Decoder processes that it had started. */
  readonly hosts: readonly number[];
}

/** The import in its own process. `killAtWrite`: it kills itself in the middle of that write, counted from 1. */
function startImport(project: string, images: string, killAtWrite = 0) {
  const folders = [project, images, 'user'].map((name) => join(root, name));
  return spawn(process.execPath, [join(built, 'import.mjs'), ...folders, entry, String(killAtWrite)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Runs the import and kills it this long after its first file; null: lets it finish. */
function runImport(killAfterMs: number | null): Promise<Ended> {
  const child = startImport('project', 'images');
  let done = 0;
  let hosts: readonly number[] = [];
  let armed = false;
  child.stdout.on('data', (chunk: Buffer) => {
    done = Number(chunk.toString().trim().split('\n').at(-1));
    if (killAfterMs === null || armed || done === 0) return;
    armed = true;
    setTimeout(() => {
      hosts = childrenOf(child.pid ?? 0);
      child.kill('SIGKILL');
    }, killAfterMs);
  });
  return new Promise((settle) => child.on('exit', (code) => settle({ done, code, hosts })));
}

/** Every image has its raster and thumbnail, byte for byte as they were recorded. */
function expectPictures(store: ProjectStore, folder: string): void {
  const project = { id: folder, name: folder, folder: join(root, folder), store };
  const images = store.all<CachedImage>('SELECT id AS image, hash, frame FROM images');
  expect(areCached(project, images)).toBe(true);
  for (const place of findRasters(project, USUAL_RASTERS, images)) {
    expect(place?.checksum).toBeTypeOf('number');
    expect(decodeRaster(readPlace(place as RasterPlace)).width).toBe(64);
  }
}

/** Known on Linux only. */
function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number) : [];
}

async function expectGone(pids: readonly number[]): Promise<void> {
  await expect.poll(() => pids.filter((pid) => existsSync(`/proc/${pid}`)), { timeout: 20_000 }).toEqual([]);
}

describe('a killed import', () => {
  it('keeps an intact database, loses at most two batches, resumes and stores nothing twice, at random moments', async () => {
    const random = seededRandom(11);
    let before = new Set<string>();
    for (let kill = 0; kill < KILLS; kill++) {
      const { done, code, hosts } = await runImport(Math.floor(random() * 900));
      // A fast machine may finish before the last kill.
      if (code === 0) break;
      expect(code).toBeNull();
      const store = openProjectStore(databasePath(join(root, 'project')));
      const hashes = store.column<string>('SELECT hash FROM images');
      // Files in two batches or on their way to them; `done` counts files, including those imported before.
      expect(hashes.length).toBeGreaterThanOrEqual(Math.max(before.size, done - 2 * BATCH));
      expect([...before].filter((hash) => !hashes.includes(hash))).toEqual([]);
      expectPictures(store, 'project');
      expect(store.column('SELECT count(*) FROM images WHERE label_id IS NULL')).toEqual([0]);
      expect(store.column('SELECT count(*) FROM labels')).toEqual([hashes.length]);
      expect(store.column('SELECT count(*) FROM pictures')).toEqual([hashes.length]);
      expect(store.column('PRAGMA integrity_check')).toEqual(['ok']);
      before = new Set(hashes);
      store.close();
      await expectGone(hosts);
    }
    expect((await runImport(null)).code).toBe(0);
    const store = openProjectStore(databasePath(join(root, 'project')));
    expect(store.column('SELECT count(*) FROM images')).toEqual([IMAGES]);
    expect(store.column('SELECT count(DISTINCT path) FROM images')).toEqual([IMAGES]);
    expect(store.column('SELECT count(*) FROM labels')).toEqual([IMAGES]);
    expect(store.column('SELECT count(*) FROM pictures WHERE compared = 0')).toEqual([0]);
    expect(store.column<string>('SELECT state FROM imports ORDER BY id').at(-1)).toBe('done');
    expect(store.all('SELECT number, images, added FROM dataset_versions')).toEqual([
      { number: 1, images: IMAGES, added: IMAGES },
    ]);
    store.close();
  }, 180_000);

  it('in the middle of any write has the pictures of all stored images, and cuts off what was torn', async () => {
    const folder = join(root, 'few');
    mkdirSync(folder);
    for (const [index, { bytes }] of [...smallFiles(FEW_IMAGES, 'png', 3)].entries()) {
      writeFileSync(join(folder, `${index}.png`), bytes);
    }
    let killed = 0;
    for (;;) {
      const child = startImport('few-project', 'few', killed + 1);
      child.stdout.resume();
      const code = await new Promise((settle) => child.on('exit', settle));
      if (code === 0) break;
      expect(code).toBeNull();
      killed += 1;
      // Before the database exists.
      if (!existsSync(databasePath(join(root, 'few-project')))) continue;
      const store = openProjectStore(databasePath(join(root, 'few-project')));
      expectPictures(store, 'few-project');
      const [stored] = store.column<number>('SELECT count(*) FROM images');
      store.close();
      if (stored === FEW_IMAGES) break;
    }
    // A raster and a thumbnail appended, a pack flushed and a transaction committed for each.
    expect(killed).toBeGreaterThan(4 * FEW_IMAGES);
    // The next import, of one image, cuts off what was torn.
    for (const { bytes } of smallFiles(1, 'png', 4)) writeFileSync(join(folder, 'last.png'), bytes);
    const last = startImport('few-project', 'few');
    last.stdout.resume();
    expect(await new Promise((settle) => last.on('exit', settle))).toBe(0);
    const store = openProjectStore(databasePath(join(root, 'few-project')));
    expect(store.column('SELECT count(*) FROM images')).toEqual([FEW_IMAGES + 1]);
    expectPictures(store, 'few-project');
    // That import took one pack, and released it.
    const packs = store.all<{ name: string; bytes: number }>('SELECT name, bytes FROM packs WHERE owner IS NULL');
    expect(packs).toHaveLength(1);
    for (const { name, bytes } of packs) {
      expect(statSync(join(packsFolder(join(root, 'few-project')), name)).size).toBe(bytes);
    }
    store.close();
  }, 180_000);
});
