// `npm run setup:cuda`: installs onnxruntime's own CUDA kernels for training. `npm ci` runs no install scripts, so the
// libraries that onnxruntime-node omits from its npm package are downloaded here on request.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const NAME = 'onnxruntime-node';
const require = createRequire(import.meta.url);

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

if (process.platform !== 'linux' || process.arch !== 'x64') {
  fail(`onnxruntime supports CUDA on Linux x64 only, and this is ${process.platform} ${process.arch}.
WebGPU supports NVIDIA cards here without any setup: npm run fovea -- train ... --device webgpu`);
}
const folder = dirname(require.resolve(`${NAME}/package.json`));
const binaries = join(folder, 'bin/napi-v6/linux/x64');
const { version } = require(`${NAME}/package.json`);
process.stdout.write(`This runs the install step of ${NAME} ${version}. It
  - downloads onnxruntime's CUDA libraries, some hundred MB, from api.nuget.org
    (behind a proxy, set GLOBAL_AGENT_HTTPS_PROXY),
  - and writes them into ${binaries}.
To compute on a GPU it also needs, from your system: an NVIDIA driver, CUDA 12 and cuDNN 9, with their libraries on
the search path (LD_LIBRARY_PATH).
`);
const result = spawnSync(process.execPath, ['script/install.js', '--onnxruntime-node-install=cuda12'], {
  cwd: folder,
  stdio: 'inherit',
});
const installed = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'].every((file) =>
  existsSync(join(binaries, file)),
);
if (result.status !== 0 || !installed) {
  fail('\nThe install step failed; see its output above. Everything else works without it.');
}

// In a separate process, because a library that does not fit this system may kill it. The model is `y = x` for one
// float.
const identity =
  'CAkSBUZvdmVhOkMKHAoBeBIBeRoKSWRlbnRpdHlfMSIISWRlbnRpdHkSAWdaDwoBeBIKCggIARIECgIIAWIPCgF5EgoKCAgBEgQKAggBQgIQFA==';
const probe = `const { InferenceSession, Tensor } = require(${JSON.stringify(NAME)});
const options = { executionProviders: ['cuda'], extra: { session: { disable_cpu_ep_fallback: '1' } } };
InferenceSession.create(Buffer.from(${JSON.stringify(identity)}, 'base64'), options)
  .then((session) => session.run({ x: new Tensor('float32', [7], [1]) }))
  .then(({ y }) => console.log('cuda', y.data[0]), (error) => { console.error(error.message); process.exitCode = 1; });`;
const loaded = spawnSync(process.execPath, ['-e', probe], { cwd: folder, encoding: 'utf8' });
process.stdout.write(
  loaded.stdout.trim() === 'cuda 7'
    ? '\nonnxruntime computes on CUDA. Check it: npm run fovea -- selftest --device cuda\n'
    : `\n${loaded.stderr.trim()}\nThe libraries are installed but do not work: see above which one is missing.\n`,
);
