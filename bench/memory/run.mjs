// `npm run bench:memory [-- CASE...]`: compares the engine process's memory peaks with the predictions made before the
// start.
import { resolve } from 'node:path';
import { runnerImport } from 'vite';

const { module } = await runnerImport(resolve(import.meta.dirname, 'measure.ts'), {
  root: resolve(import.meta.dirname, '../..'),
  configFile: false,
  logLevel: 'error',
});
process.exitCode = await module.measureMemory(process.argv.slice(2));
