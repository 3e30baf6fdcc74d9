// `npm run bench:main [-- IMAGES [NAME]]`: how long the main thread is held by what the window asks of a large project.
import { resolve } from 'node:path';
import { runnerImport } from 'vite';

const { module } = await runnerImport(resolve(import.meta.dirname, 'measure.ts'), {
  root: resolve(import.meta.dirname, '../..'),
  configFile: false,
  logLevel: 'error',
});
process.exitCode = await module.measureMainThread(Number(process.argv[2] ?? 100_000), process.argv[3]);
