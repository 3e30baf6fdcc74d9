import { FoveaError } from '#shared/ipc/errors';
import { OUT_OF_MEMORY } from '../backends/out-of-memory';
import type { NamedTensors } from '../tensor';
import type { Batch, OptimizerState, StepResult, TrainingSession } from './session';

/** A session that can compute a micro-batch in parts. */
export interface PartwiseSession extends TrainingSession {
  /** Images per run: the whole micro-batch, or fewer. */
  readonly part: number;
  /** Continues in smaller parts, discarding the leftovers of a failed step. */
  shrink(part: number): Promise<void>;
}

/**
 * Halves the parts in which micro-batches are computed whenever memory runs out, and repeats the step. Targets and
 * dropout masks are those of the whole micro-batch, so the gradients of the parts add up to its own: only the order of
 * additions changes.
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

/** Halves a part, rounding up so that two halves hold the whole; at least one image. */
export const half = (part: number): number => Math.ceil(part / 2);

/** Returns the largest of `microBatch`, its half, a quarter, … that fits; one image if none does. */
export function fittingPart(microBatch: number, fits: (part: number) => boolean): number {
  let part = microBatch;
  while (part > 1 && !fits(part)) part = half(part);
  return part;
}
