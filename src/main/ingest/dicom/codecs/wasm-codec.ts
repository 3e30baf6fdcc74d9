import { FoveaError } from '#shared/ipc/errors';
import { damaged } from '../damaged';

/** Above this a WASM heap is given back after use: it never shrinks by itself. */
const HEAP_TO_KEEP = 128 * 2 ** 20;

/**
 * Emscripten's options against what decoders print: nothing of a file may reach a log. A new object each time, because
 * the loader makes the instance out of it: with an old one, a second instance cannot be made.
 */
export function silentOptions(): object {
  return { print: () => {}, printErr: () => {} };
}

function heapBytes(module: object): number {
  return 'HEAPU8' in module && module.HEAPU8 instanceof Uint8Array ? module.HEAPU8.length : 0;
}

export interface WasmCodec<Module> {
  /** Runs `work` on a live instance. Anything that it throws is reported as `damaged`. */
  run<Result>(work: (module: Module) => Result): Promise<Result>;
}

/**
 * A lazily loaded WASM decoder. After any exception the instance is thrown away: one corrupt image leaves the heap in
 * a state in which the next good image decodes wrongly or not at all.
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
        if (heapBytes(module) > HEAP_TO_KEEP) instance = null;
        return result;
      } catch (error) {
        instance = null;
        if (error instanceof FoveaError) throw error;
        throw damaged('The compressed image is damaged and could not be decoded.', error);
      }
    },
  };
}
