// `npm run bench:pretrain-evaluate -- --images FOLDER --groups CSV MODEL...`: compares backbones by a logistic head on
// their frozen features, over grouped folds. MODEL is a Hugging Face folder, or random:FOLDER for its architecture with
// random weights; each is compared with the first. FOLDER has one folder per class, CSV the columns path, label, group.
import { resolve } from 'node:path';
import { runnerImport } from 'vite';

const { module } = await runnerImport(resolve(import.meta.dirname, 'evaluate.ts'), {
  root: resolve(import.meta.dirname, '../..'),
  configFile: false,
  logLevel: 'error',
});
process.exitCode = await module.evaluate(process.argv.slice(2));
