// `npm run bench:peers`: does the same work in Fovea and in PyTorch + transformers, in turn, and prints the ratio.
// Measures a training step, or with `-- predict` the forward pass in fp32 and int8; backbone names may follow. ViT-B
// and larger take 4 images, others 8. With `-- import FOLDER...`, compares the import of images with pydicom + Pillow
// (import.mjs); with `-- finetune FOLDER BACKBONE`, whole trainings with transformers' Trainer (finetune.mjs). PYTHON
// names an interpreter that has bench/peers/requirements.txt (default: python3).
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { comparePeerFinetuning } from './finetune.mjs';
import { comparePeerImports } from './import.mjs';

const here = import.meta.dirname;
const python = process.env.PYTHON ?? 'python3';
const predict = process.argv[2] === 'predict';
const given = process.argv.slice(predict ? 3 : 2);
const backbones = given.length > 0 ? given : ['vit-tiny-patch16-224', 'vit-small-patch16-224', 'vit-base-patch16-224'];
const rounds = 3;
const batchOf = (backbone) => (/base|large/.test(backbone) ? 4 : 8);

function measure(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) {
    console.error(`${command} ${args.join(' ')} failed:\n${stderr || stdout}`);
    process.exit(1);
  }
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

const fovea = (...args) =>
  measure(process.execPath, [resolve(here, '../../scripts/fovea.mjs'), 'bench', ...args, '--json']);
const torch = (script, ...args) => measure(python, [resolve(here, script), ...args]);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Measures images per second on both sides in one round: [name, ours, theirs]. */
function round(backbone) {
  const size = ['--batch', String(batchOf(backbone))];
  if (!predict) {
    const ours = fovea('train', '--backbone', backbone, ...size).imagesPerSecond;
    return [['train', ours, torch('train_step.py', backbone, ...size).imagesPerSecond]];
  }
  const { imagesPerSecond, others } = fovea('predict', '--backbone', backbone, '--precision', 'both', ...size);
  const theirs = torch('predict.py', backbone, ...size);
  return [
    ['predict fp32', imagesPerSecond, theirs.fp32],
    ['predict int8', others[0].imagesPerSecond, theirs.int8],
  ];
}

if (process.argv[2] === 'finetune') {
  await comparePeerFinetuning(process.argv.slice(3));
  process.exit();
}

if (process.argv[2] === 'import') {
  comparePeerImports(
    process.argv.slice(3).map((folder) => resolve(folder)),
    { fovea, python: torch },
  );
  process.exit();
}

console.log('backbone'.padEnd(24), 'batch', 'what'.padEnd(13), 'Fovea img/s', 'PyTorch img/s', 'ratio (each round)');
for (const backbone of backbones) {
  const results = Array.from({ length: rounds }, () => round(backbone));
  for (const [index, [what]] of results[0].entries()) {
    const pairs = results.map((one) => one[index].slice(1));
    const ratios = pairs.map(([ours, theirs]) => ours / theirs);
    console.log(
      backbone.padEnd(24),
      String(batchOf(backbone)).padStart(5),
      what.padEnd(13),
      median(pairs.map(([ours]) => ours))
        .toFixed(2)
        .padStart(11),
      median(pairs.map(([, theirs]) => theirs))
        .toFixed(2)
        .padStart(13),
      median(ratios).toFixed(2).padStart(5),
      `(${ratios.map((ratio) => ratio.toFixed(2)).join(', ')})`,
    );
  }
}
