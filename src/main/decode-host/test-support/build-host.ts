import { join, resolve } from 'node:path';
import { build } from 'vite';

const root = resolve(import.meta.dirname, '../../../..');

/** Builds entries of decode-host/ as the app does, into the repository's cache; answers with the folder. */
export async function buildHosts(name: string, entries: Readonly<Record<string, string>>): Promise<string> {
  const outDir = join(root, '.cache', 'test', name);
  const input = Object.fromEntries(
    Object.entries(entries).map(([output, path]) => [output, join(root, 'src/main/decode-host', path)]),
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
