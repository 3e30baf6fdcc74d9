import { setImmediate } from 'node:timers/promises';

/** Work between two looks at what else there is to do: the window does not feel it. */
const SLICE_MS = 12;

/**
 * For work of the main thread that goes on for long in small steps. After each of them:
 *
 *     if (slice.isOver) await slice.next();
 */
export class Slice {
  #start = performance.now();

  get isOver(): boolean {
    return performance.now() - this.#start > SLICE_MS;
  }

  /** Lets everything else have its turn. */
  async next(): Promise<void> {
    await setImmediate();
    this.#start = performance.now();
  }
}
