import { FoveaError } from '#shared/ipc/errors';
import { damaged } from '../damaged';

/** A WASM heap never shrinks: an instance with a larger one is dropped after use. */
const MAX_KEPT_HEAP_BYTES = 128 * 2 ** 20;

/**
 * Emscripten options that silence decoders: nothing from a file may reach a log. Returns a new object each time,
 * because the loader turns it into the instance and cannot reuse an old one.
 */
export function silentOptions(): object {
  return { print: () => {}, printErr: () => {} };
}

function heapBytes(module: object): number {
  return 'HEAPU8' in module && module.HEAPU8 instanceof Uint8Array ? module.HEAPU8.length : 0;
}

export interface WasmCodec<Module> {
  /** Runs `work` on a live instance. Any exception from it is reported as `damaged`. */
  run<Result>(work: (module: Module) => Result): Promise<Result>;
}

/**
 * A lazily loaded WASM decoder. The instance is dropped after any exception: a corrupt image leaves the heap in a state
 * in which the next valid image decodes wrongly or not at all.
 */
export function createWasmCodec<Module extends object>(load: () => Promise<Module>): WasmCodec<Module> {
  let instance: Promise<Module> | null = null;
  return {
    async run(work) {
      instance ??= load();
      const module = await instance.catch((error: unknown) => {
        instance = null;
        throw error;
      });
      try {
        const result = work(module);
        if (heapBytes(module) > MAX_KEPT_HEAP_BYTES) instance = null;
        return result;
      } catch (error) {
        instance = null;
        if (error instanceof FoveaError) throw error;
        throw damaged('The compressed image is damaged and could not be decoded.', error);
      }
    },
  };
}
