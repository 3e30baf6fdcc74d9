// `npm run bench:main [-- IMAGES [NAME]]`: measures how long the window's requests on a large project block the main
// thread.
import { resolve } from 'node:path';
import { runnerImport } from 'vite';

const { module } = await runnerImport(resolve(import.meta.dirname, 'measure.ts'), {
  root: resolve(import.meta.dirname, '../..'),
  configFile: false,
  logLevel: 'error',
});
process.exitCode = await module.measureMainThread(Number(process.argv[2] ?? 100_000), process.argv[3]);
