import { join, resolve } from 'node:path';
import { build } from 'vite';

const root = resolve(import.meta.dirname, '../../../..');

/**
 * Builds entries of child processes like the app does, into the repository's cache. `entries`: output name to path
 * below `src/main`. Returns the folder, which contains `<output name>.js`.
 */
export async function buildHosts(name: string, entries: Readonly<Record<string, string>>): Promise<string> {
  const outDir = join(root, '.cache', 'test', name);
  const input = Object.fromEntries(
    Object.entries(entries).map(([output, path]) => [output, join(root, 'src/main', path)]),
  );
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
        input,
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  });
  return outDir;
}

/** The engine's process and its loader thread, which must be in the same folder. */
export const engineEntries = {
  'engine-host': 'engine-host/entry.ts',
  'loader-worker': 'engine-host/batches/loader-worker.ts',
} as const;
