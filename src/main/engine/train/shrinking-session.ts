import { FoveaError } from '#shared/ipc/errors';
import { OUT_OF_MEMORY } from '../backends/out-of-memory';
import type { NamedTensors } from '../tensor';
import type { Batch, OptimizerState, StepResult, TrainingSession } from './session';

/** A session that can compute a micro-batch in parts. */
export interface PartwiseSession extends TrainingSession {
  /** Images that one run computes: the whole micro-batch, or fewer. */
  readonly part: number;
  /** Goes on in smaller parts, and forgets what a step that failed left behind. */
  shrink(part: number): Promise<void>;
}

/**
 * Halves the parts in which micro-batches are computed each time that memory runs out, and takes the step again. Targets
 * and dropout masks are those of the whole micro-batch, so the gradients of the parts add up to its own: what changes is
 * the order of the additions.
 */
export class ShrinkingSession implements TrainingSession {
  private readonly session: PartwiseSession;
  private readonly note: (message: string) => void;

  constructor(session: PartwiseSession, note: (message: string) => void) {
    this.session = session;
    this.note = note;
  }

  step(microBatches: readonly Batch[], learningRate: number): Promise<StepResult> {
    return this.attempt(() => this.session.step(microBatches, learningRate));
  }

  logits(pixels: Float32Array, count: number): Promise<Float32Array> {
    return this.attempt(() => this.session.logits(pixels, count));
  }

  parameters(): Promise<NamedTensors> {
    return this.session.parameters();
  }

  averagedParameters(): Promise<NamedTensors> {
    return this.session.averagedParameters();
  }

  optimizer(): Promise<OptimizerState> {
    return this.session.optimizer();
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }

  private async attempt<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const { part } = this.session;
        if (!(error instanceof FoveaError && error.code === OUT_OF_MEMORY) || part === 1) throw error;
        const smaller = half(part);
        await this.session.shrink(smaller);
        this.note(
          `The device did not have enough memory for ${part} images at a time. Batches are now computed in micro-batches of ${smaller}. Steps are the same, up to rounding.`,
        );
      }
    }
  }
}

/** Half a part, at least one image; odd ones are rounded up, so that two of them hold the whole. */
export const half = (part: number): number => Math.ceil(part / 2);

/** The largest of `microBatch`, its half, a quarter, … that fits; one image where none does. */
export function fittingPart(microBatch: number, fits: (part: number) => boolean): number {
  let part = microBatch;
  while (part > 1 && !fits(part)) part = half(part);
  return part;
}
