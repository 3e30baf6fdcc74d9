import { join, resolve } from 'node:path';
import { build } from 'vite';
import { createDecodePool, type DecodePool } from '../../decode-host/client';
import { createEngineClient, type EngineClient } from '../../engine-host/client';
import { launchNodeHost } from '../../process/node-launcher';

const root = resolve(import.meta.dirname, '../../../..');
const source = (path: string) => join(root, 'src/main', path);

export interface TestHosts {
  readonly engine: EngineClient;
  readonly pool: DecodePool;
  dispose(): Promise<void>;
}

/** Builds the engine's and the decoder's processes as the app does, into the repository's cache, and starts their clients. */
export async function startHosts(name: string): Promise<TestHosts> {
  const outDir = join(root, '.cache', 'test', name);
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      target: 'node20',
      rollupOptions: {
        input: {
          'engine-host': source('engine-host/entry.ts'),
          'loader-worker': source('engine-host/loader-worker.ts'),
          'decode-host': source('decode-host/entry.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  });
  const engine = createEngineClient({ launcher: launchNodeHost, entry: join(outDir, 'engine-host.js') });
  const pool = createDecodePool({ launcher: launchNodeHost, entry: join(outDir, 'decode-host.js'), size: 2 });
  return {
    engine,
    pool,
    async dispose() {
      engine.dispose();
      await pool.dispose();
    },
  };
}
