// `npm run fuzz -- [--seconds 600] [--seed 1] [--size 2]`: reads mutated files through the decode host, as an import
// does. Files that violate a requirement (a crash, a missing reason, too much memory, a good file that no longer reads)
// are kept under .cache/fuzz.
import { resolve } from 'node:path';
import { runnerImport } from 'vite';

const { module } = await runnerImport(resolve(import.meta.dirname, 'fuzz.ts'), {
  root: resolve(import.meta.dirname, '../..'),
  configFile: false,
  logLevel: 'error',
});
process.exitCode = await module.fuzz(process.argv.slice(2));
