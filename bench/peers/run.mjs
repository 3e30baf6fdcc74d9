// `npm run bench:peers`: the same training step here and in PyTorch + transformers, in turn, and the ratio.
// PYTHON names an interpreter that has bench/peers/requirements.txt (default: python3).
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const here = import.meta.dirname;
const python = process.env.PYTHON ?? 'python3';
const backbones = process.argv.length > 2 ? process.argv.slice(2) : ['vit-tiny-patch16-224', 'vit-small-patch16-224'];
const rounds = 3;
const batch = 8;

function measure(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) {
    console.error(`${command} ${args.join(' ')} failed:\n${stderr || stdout}`);
    process.exit(1);
  }
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

console.log('backbone'.padEnd(24), 'Fovea img/s', 'PyTorch img/s', 'ratio (each round)');
for (const backbone of backbones) {
  const pairs = [];
  for (let round = 0; round < rounds; round++) {
    const fovea = measure(process.execPath, [
      resolve(here, '../../scripts/fovea.mjs'),
      ...['bench', 'train', '--backbone', backbone, '--batch', String(batch), '--json'],
    ]);
    const torch = measure(python, [resolve(here, 'train_step.py'), backbone, '--batch', String(batch)]);
    pairs.push([fovea.imagesPerSecond, torch.imagesPerSecond]);
  }
  const ratios = pairs.map(([ours, theirs]) => ours / theirs);
  console.log(
    backbone.padEnd(24),
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
