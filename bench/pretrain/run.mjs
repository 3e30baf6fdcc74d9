// `npm run bench:pretrain -- --teacher FOLDER --out FOLDER [--hours 4] [--seed 1]`: distils a small backbone from a
// teacher on generated pictures. Killed or paused (Ctrl+C) at any moment, the same command continues.
import { resolve } from 'node:path';
import { runnerImport } from 'vite';

const { module } = await runnerImport(resolve(import.meta.dirname, 'pretrain.ts'), {
  root: resolve(import.meta.dirname, '../..'),
  configFile: false,
  logLevel: 'error',
});
process.exitCode = await module.pretrain(process.argv.slice(2));
