import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';
import { missingLibrary } from '../missing-library';
import type { TensorFlow } from './operations';

const NATIVE_PACKAGE = '@tensorflow/tfjs-node-gpu';

/** The TensorFlow.js backend active in this process. */
export interface TfjsRuntime {
  readonly tf: TensorFlow;
  readonly name: 'TensorFlow.js on CUDA' | 'TensorFlow.js on libtensorflow, CPU' | 'TensorFlow.js, CPU reference';
  /** What to know before relying on it: what is missing and how to get it, or that it is untested. */
  readonly note: string;
}

let runtime: Promise<TfjsRuntime> | null = null;

/** Loads TensorFlow.js once: on libtensorflow if its native package is installed and loads, otherwise in JavaScript. */
export function loadTfjs(): Promise<TfjsRuntime> {
  runtime ??= load();
  return runtime;
}

async function load(): Promise<TfjsRuntime> {
  const tf = await import('@tensorflow/tfjs-core');
  // Disables console advice and checks that our shape rules have already made.
  tf.enableProdMode();
  const problem = loadNative();
  if (problem === null && (await tf.setBackend('tensorflow'))) {
    const { isUsingGpuDevice } = tf.backend() as { isUsingGpuDevice?: boolean };
    return isUsingGpuDevice === true
      ? { tf, name: 'TensorFlow.js on CUDA', note: UNTESTED }
      : {
          tf,
          name: 'TensorFlow.js on libtensorflow, CPU',
          note: `libtensorflow found no CUDA device. ${NEEDED}`,
        };
  }
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
  await tf.ready();
  return {
    tf,
    name: 'TensorFlow.js, CPU reference',
    note: problem ?? `libtensorflow did not start. ${NEEDED}`,
  };
}

const NEEDED = 'It needs an NVIDIA driver, CUDA 11 and cuDNN 8.';
const UNTESTED =
  'Not tested on a GPU. Before relying on it, compare a run with one on the CPU (on the command line: fovea selftest --device tfjs).';
const NOT_INSTALLED = `The native part of ${NATIVE_PACKAGE} is not installed; "npm run setup:tfjs-gpu" in a source checkout installs it. ${NEEDED}`;

/** Looks for the binary itself: the package would load all of TensorFlow.js before noticing that it is missing. */
function isInstalled(require: NodeJS.Require): boolean {
  try {
    const folder = path.join(path.dirname(require.resolve(`${NATIVE_PACKAGE}/package.json`)), 'lib');
    return readdirSync(folder).some((version) => existsSync(path.join(folder, version, 'tfjs_binding.node')));
  } catch {
    return false;
  }
}

/** Registers the backend `tensorflow`. Returns why that failed, or null. */
function loadNative(): string | null {
  const require = createRequire(import.meta.url);
  if (!isInstalled(require)) return NOT_INSTALLED;
  // By default cuBLAS multiplies with a 10-bit mantissa, and TensorFlow allocates all GPU memory at once.
  process.env['NVIDIA_TF32_OVERRIDE'] ??= '0';
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  restoreRemovedUtilities();
  try {
    require(NATIVE_PACKAGE);
    return null;
  } catch (error) {
    return nativeProblem(error);
  }
}

/**
 * Returns a line for the device list on why the native package did not load. Its own messages contain paths of this
 * machine, so only the name of the missing library is kept.
 */
export function nativeProblem(error: unknown): string {
  const library = missingLibrary(error);
  if (library !== null) return `${NATIVE_PACKAGE} did not load: ${library} is missing or incompatible. ${NEEDED}`;
  return `${NATIVE_PACKAGE} is installed but does not load with Node ${process.versions.node}. ${NEEDED}`;
}

/** Restores functions that the native package calls and Node 23 removed from `util`. */
function restoreRemovedUtilities(): void {
  const removed = util as { isNullOrUndefined?: unknown; isArray?: unknown };
  removed.isNullOrUndefined ??= (value: unknown): boolean => value === null || value === undefined;
  removed.isArray ??= Array.isArray;
}
