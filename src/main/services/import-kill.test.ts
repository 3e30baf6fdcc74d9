import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeRaster } from '#shared/imaging/raster';
import { openProjectStore } from '../store/open';
import { databasePath, rasterPath } from './project-paths';

const repository = resolve(import.meta.dirname, '../../..');
const IMAGES = 150;
const BATCH = 50;

let root: string;
let built: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'fovea-kill-'));
  mkdirSync(join(root, 'images', 'a'), { recursive: true });
  for (let i = 0; i < IMAGES; i++) {
    const pixels = Buffer.from(Array.from({ length: 64 * 64 }, (_, at) => (at * 7 + i * 13) % 256));
    const raw = { width: 64, height: 64, channels: 1 } as const;
    writeFileSync(join(root, 'images', 'a', `${i}.png`), await sharp(pixels, { raw }).png().toBuffer());
  }
  // Inside the repository, so that the packages are found.
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

/** Runs the import in a process of its own and kills it when `killAt` files are done; null: lets it end. */
function runImport(killAt: number | null): Promise<{ readonly done: number; readonly code: number | null }> {
  const child = spawn(
    process.execPath,
    [join(built, 'import.mjs'), join(root, 'project'), join(root, 'images'), join(root, 'user')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let done = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    done = Number(chunk.toString().trim().split('\n').at(-1));
    if (killAt !== null && done >= killAt) child.kill('SIGKILL');
  });
  return new Promise((settle) => child.on('exit', (code) => settle({ done, code })));
}

describe('an import that is killed', () => {
  it('loses at most a batch, keeps a whole database, and goes on', async () => {
    let stored = 0;
    for (const killAt of [70, 120]) {
      const { done, code } = await runImport(killAt);
      expect(code).toBeNull();
      const store = openProjectStore(databasePath(join(root, 'project')));
      const hashes = store.column<string>('SELECT hash FROM images');
      // `done` counts what is stored, what waits in the batch, and from the second time on what was there before.
      expect(hashes.length).toBeGreaterThanOrEqual(Math.max(stored, done - BATCH));
      for (const hash of hashes) {
        expect(decodeRaster(readFileSync(rasterPath(join(root, 'project'), hash))).width).toBe(64);
      }
      expect(store.column('SELECT count(*) FROM images WHERE label_id IS NULL')).toEqual([0]);
      expect(store.column('PRAGMA integrity_check')).toEqual(['ok']);
      stored = hashes.length;
      store.close();
    }
    expect((await runImport(null)).code).toBe(0);
    const store = openProjectStore(databasePath(join(root, 'project')));
    expect(store.column('SELECT count(*) FROM images')).toEqual([IMAGES]);
    expect(store.column('SELECT count(*) FROM labels')).toEqual([IMAGES]);
    expect(store.column('SELECT state FROM imports ORDER BY id')).toEqual(['running', 'running', 'done']);
    store.close();
  });
});
