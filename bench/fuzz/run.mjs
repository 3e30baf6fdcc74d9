// `npm run fuzz -- [--seconds 600] [--seed 1] [--size 2]`: mutated files through the decode host, as an import reads
// them. What breaks a bar (a crash, a file without a reason, too much memory, a good file that no longer reads) is kept
// under .cache/fuzz.
import { resolve } from 'node:path';
import { runnerImport } from 'vite';

const { module } = await runnerImport(resolve(import.meta.dirname, 'fuzz.ts'), {
  root: resolve(import.meta.dirname, '../..'),
  configFile: false,
  logLevel: 'error',
});
process.exitCode = await module.fuzz(process.argv.slice(2));
