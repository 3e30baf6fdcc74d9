import { FoveaError } from '#shared/ipc/errors';

/** The code of an error that a smaller micro-batch may help against. */
export const OUT_OF_MEMORY = 'out-of-memory';

/**
 * How runtimes say it: onnxruntime's arena and allocators, C++, Dawn (WebGPU), CUDA with cuBLAS and cuDNN, Direct3D 12
 * (0x8007000E is E_OUTOFMEMORY), TensorFlow's resource exhausted, V8's "Array buffer allocation failed".
 */
const phrases =
  /out of memory|outofmemory|failed to allocate memory|bad[ _]alloc|memory ?allocation|buffer allocation failed|alloc_failed|8007000E|resource ?exhausted|\boom when\b/i;

/** True where a runtime's error, or what caused it, says that memory ran out. */
export function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return phrases.test(error.message) || isOutOfMemory(error.cause);
}

/** @param program what was being computed or prepared */
export const outOfMemory = (program: string, cause: unknown): FoveaError =>
  new FoveaError(OUT_OF_MEMORY, `The device does not have enough memory for ${program}.`, {
    hint: 'Use a smaller batch size, image size or backbone, or close other programs.',
    cause,
  });
