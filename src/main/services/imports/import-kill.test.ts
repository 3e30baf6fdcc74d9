import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeRaster } from '#shared/imaging/raster';
import { buildHosts } from '../../decode-host/test-support/build-host';
import { smallFiles } from '../../ingest/sample/small-files';
import { seededRandom } from '../../ingest/test-support/random';
import { openProjectStore } from '../../store/open';
import { databasePath, rasterPath, thumbnailPath } from '../project/project-paths';

const repository = resolve(import.meta.dirname, '../../../..');
const IMAGES = 400;
const KILLS = 5;
const BATCH = 50;

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

/** Runs the import in its own process and kills it this long after its first file; null: lets it finish. */
function runImport(killAfterMs: number | null): Promise<Ended> {
  const child = spawn(
    process.execPath,
    [join(built, 'import.mjs'), join(root, 'project'), join(root, 'images'), join(root, 'user'), entry],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
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

/** Known on Linux only. */
function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number) : [];
}

async function expectGone(pids: readonly number[]): Promise<void> {
  await expect.poll(() => pids.filter((pid) => existsSync(`/proc/${pid}`)), { timeout: 20_000 }).toEqual([]);
}

describe('a killed import', () => {
  it('keeps an intact database, loses at most a batch, resumes and stores nothing twice, at random moments', async () => {
    const random = seededRandom(11);
    let before = new Set<string>();
    for (let kill = 0; kill < KILLS; kill++) {
      const { done, code, hosts } = await runImport(Math.floor(random() * 900));
      // A fast machine may finish before the last kill.
      if (code === 0) break;
      expect(code).toBeNull();
      const store = openProjectStore(databasePath(join(root, 'project')));
      const hashes = store.column<string>('SELECT hash FROM images');
      // Files in the batch or on their way to it; `done` counts files, including those imported before.
      expect(hashes.length).toBeGreaterThanOrEqual(Math.max(before.size, done - BATCH));
      expect([...before].filter((hash) => !hashes.includes(hash))).toEqual([]);
      for (const hash of hashes) {
        expect(decodeRaster(readFileSync(rasterPath(join(root, 'project'), hash))).width).toBe(64);
        expect(existsSync(thumbnailPath(join(root, 'project'), hash))).toBe(true);
      }
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
});
