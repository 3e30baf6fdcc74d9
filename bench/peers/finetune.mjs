// `npm run bench:peers -- finetune FOLDER BACKBONE [--epochs N] [--minutes M] [--preset P] [--seed S] [--work FOLDER]`:
// trains on class folders in Fovea (preset auto within M minutes, or another preset) and with transformers' Trainer (N
// epochs of all layers), on the same split, weights and image processor, fits scikit-learn to the frozen features, and
// compares the predictions of the test images. `--epochs 0` leaves the Trainer out. PYTHON names an interpreter that
// has bench/peers/requirements-finetune.txt (default: python3).
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const root = resolve(import.meta.dirname, '../..');
const usage = 'npm run bench:peers -- finetune FOLDER BACKBONE [--epochs N] [--minutes M] [--preset P] [--seed S]';

export async function comparePeerFinetuning(given) {
  const { values, positionals } = parseArgs({
    args: given,
    allowPositionals: true,
    options: {
      epochs: { type: 'string', default: '40' },
      minutes: { type: 'string', default: '15' },
      preset: { type: 'string', default: 'auto' },
      seed: { type: 'string', default: '42' },
      work: { type: 'string' },
    },
  });
  const [folder, backbone] = positionals;
  if (folder === undefined || backbone === undefined) {
    console.error(usage);
    process.exit(2);
  }
  const work = resolve(values.work ?? mkdtempSync(join(tmpdir(), 'fovea-bench-finetune-')));
  mkdirSync(work, { recursive: true });
  const ours = trainHere({ folder, backbone, work, ...values });
  const theirs = trainThere({ backbone, work, manifest: manifestOf(folder, ours), ...values });
  const { module } = await runnerImport(resolve(import.meta.dirname, 'compare-predictions.ts'), {
    root,
    configFile: false,
    logLevel: 'error',
  });
  console.log(module.describeComparison(ours, theirs));
}

/** Imports, splits, trains and evaluates; returns the run's record, its test cases and times. */
function trainHere({ folder, backbone, work, preset, minutes, seed }) {
  const project = join(work, 'project');
  const env = { ...process.env, FOVEA_HOME: join(work, 'home') };
  const fovea = (...args) => {
    const began = performance.now();
    const command = [resolve(root, 'scripts/fovea.mjs'), ...args, '--json', '--progress', 'none'];
    const output = execFileSync(process.execPath, command, { env, encoding: 'utf8', maxBuffer: 2 ** 30 });
    return { result: JSON.parse(output), seconds: (performance.now() - began) / 1000 };
  };
  fovea('backbone', 'import', resolve(backbone), '--name', 'peer');
  fovea('create', project);
  const imported = fovea('import', project, resolve(folder));
  fovea('split', project, '--validation', '0.2', '--test', '0.2', '--seed', seed);
  const settings = ['--preset', preset, ...(preset === 'auto' ? ['--minutes', minutes] : []), '--set', `seed=${seed}`];
  const trained = fovea('train', project, '--backbone', 'peer', ...settings);
  const evaluated = fovea('evaluate', project, trained.result.run, '--split', 'test');
  const run = join(project, 'runs', trained.result.run);
  const cases = readFileSync(join(run, 'predictions-test.ndjson'), 'utf8');
  return {
    preset,
    classes: JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')).classes,
    samples: JSON.parse(readFileSync(join(run, 'samples.json'), 'utf8')).samples,
    cases: cases
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    tried: trained.result.tried ?? null,
    seconds: { import: imported.seconds, train: trained.seconds, evaluate: evaluated.seconds },
  };
}

/** The images of the run by their files, which samples name by hash. */
function manifestOf(folder, { classes, samples }) {
  const hashOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');
  const files = readdirSync(resolve(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const byHash = new Map(files.map((file) => [hashOf(file), file]));
  const images = samples.map(({ image, hash, label, part }) => ({ image, path: byHash.get(hash), label, part }));
  return { classes, images };
}

function trainThere({ backbone, work, manifest, epochs, seed }) {
  const [list, out] = [join(work, 'manifest.json'), join(work, 'peers.json')];
  writeFileSync(list, JSON.stringify(manifest));
  const script = resolve(import.meta.dirname, 'finetune.py');
  const options = ['--epochs', epochs, '--seed', seed, '--work', join(work, 'trainer')];
  const { status } = spawnSync(process.env.PYTHON ?? 'python3', [script, list, resolve(backbone), out, ...options], {
    stdio: ['ignore', process.stderr, process.stderr],
  });
  if (status !== 0) process.exit(status ?? 1);
  return { ...JSON.parse(readFileSync(out, 'utf8')), epochs: Number(epochs), manifest };
}
