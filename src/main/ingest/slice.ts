import { setImmediate } from 'node:timers/promises';

/** Longest uninterrupted work: too short to be noticed in the window. */
export const SLICE_MS = 12;

/**
 * Yields regularly during long work in small steps on the main thread. After each step:
 *
 *     if (slice.isOver) await slice.next();
 */
export class Slice {
  #start = performance.now();

  get isOver(): boolean {
    return performance.now() - this.#start > SLICE_MS;
  }

  /** Lets pending events run. */
  async next(): Promise<void> {
    await setImmediate();
    this.#start = performance.now();
  }
}
