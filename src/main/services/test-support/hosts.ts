import { join } from 'node:path';
import { createDecodePool, type DecodePool } from '../../decode-host/client';
import { createEngineClient, type EngineClient } from '../../engine-host/client/client';
import { launchNodeHost } from '../../process/node-launcher';
import { buildHosts, engineEntries } from '../../process/test-support/build-hosts';

export interface TestHosts {
  readonly engine: EngineClient;
  readonly pool: DecodePool;
  dispose(): Promise<void>;
}

/**
 * Builds the engine host and the decode host as the app does, into the repository's cache, and creates their clients.
 */
export async function startHosts(name: string): Promise<TestHosts> {
  const outDir = await buildHosts(name, { ...engineEntries, 'decode-host': 'decode-host/entry.ts' });
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
