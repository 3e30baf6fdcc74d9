import { FoveaError } from '#shared/ipc/errors';

/** Error code for failures that a smaller micro-batch may avoid. */
export const OUT_OF_MEMORY = 'out-of-memory';

/**
 * Wording of the runtimes: onnxruntime's arena and allocators, C++, Dawn (WebGPU), CUDA with cuBLAS and cuDNN, Direct3D
 * 12 (0x8007000E is E_OUTOFMEMORY), TensorFlow's resource exhausted, V8's "Array buffer allocation failed".
 */
const phrases =
  /out of memory|outofmemory|failed to allocate memory|bad[ _]alloc|memory ?allocation|buffer allocation failed|alloc_failed|8007000E|resource ?exhausted|\boom when\b/i;

/** Whether a runtime's error, or its cause, reports that memory ran out. */
export function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return phrases.test(error.message) || isOutOfMemory(error.cause);
}

/** @param program the computation or preparation that failed, for the message */
export const outOfMemory = (program: string, cause: unknown): FoveaError =>
  new FoveaError(OUT_OF_MEMORY, `The device does not have enough memory for ${program}.`, {
    hint: 'Use a smaller batch size, image size or backbone, or close other programs.',
    cause,
  });
