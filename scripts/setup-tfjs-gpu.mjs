// `npm run setup:tfjs-gpu`: installs training on CUDA through TensorFlow.js. `npm ci` runs no install scripts, so the
// native part of @tensorflow/tfjs-node-gpu is downloaded here on request.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, resolve } from 'node:path';

const NAME = '@tensorflow/tfjs-node-gpu';
const require = createRequire(import.meta.url);

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function locate() {
  try {
    return dirname(require.resolve(`${NAME}/package.json`));
  } catch {
    return fail(`${NAME} is not installed: "npm ci" without --omit=optional installs its JavaScript part.`);
  }
}

const folder = locate();
const { TFJS_NODE_BASE_URI, TFJS_NODE_CDN_STORAGE } = process.env;
process.stdout.write(`This runs the install step of ${NAME}. It
  - downloads libtensorflow 2.9.1 for GPUs, some 400 MB, from ${TFJS_NODE_BASE_URI ?? TFJS_NODE_CDN_STORAGE ?? 'storage.googleapis.com'}
    (set TFJS_NODE_BASE_URI to a mirror if that is out of reach),
  - downloads its Node add-on, or builds it if there is none (which requires Python 3, a C++ compiler and make),
  - and writes both into ${folder}.
To compute on a GPU it also needs, from your system: Linux or Windows on x64, an NVIDIA driver, CUDA 11.2 and cuDNN 8.1,
with their libraries on the search path (LD_LIBRARY_PATH or PATH).
`);
if (process.arch !== 'x64' || !['linux', 'win32'].includes(process.platform)) {
  fail(`There is no libtensorflow for GPUs on ${process.platform} ${process.arch}.`);
}

// Directories where npm may have installed node-pre-gyp, which the install step calls by name.
const binaries = [join(folder, 'node_modules/.bin'), resolve(import.meta.dirname, '../node_modules/.bin')];
const searched = [...binaries.filter(existsSync), process.env.PATH ?? ''].join(delimiter);
const result = spawnSync(process.execPath, ['scripts/install.js', 'gpu', 'download'], {
  cwd: folder,
  stdio: 'inherit',
  env: { ...process.env, PATH: searched },
});
if (result.status !== 0) fail('\nThe install step failed; see its output above. Everything else works without it.');

// In a separate process, because an add-on that does not fit this Node may kill it.
const probe = `const tf = require(${JSON.stringify(NAME)}); console.log(tf.getBackend(), tf.backend().isUsingGpuDevice)`;
const loaded = spawnSync(process.execPath, ['-e', probe], { cwd: folder, encoding: 'utf8' });
if (loaded.status !== 0) fail(`\n${loaded.stderr.trim()}\nThe native part is installed but does not load.`);
process.stdout.write(
  loaded.stdout.trim().endsWith('tensorflow true')
    ? '\nTensorFlow.js computes on CUDA. Check it: npm run fovea -- selftest --device tfjs\n'
    : '\nTensorFlow.js loads its native part but finds no CUDA device, and computes on the CPU.\n',
);
