import type { Pipeline } from '#shared/models/pipeline';
import type { Augmentation } from '#shared/models/run-config';
import { inOrder } from '../batches/batch-source';
import { createLoader, type LoaderOptions } from '../batches/loader';
import type { Sample } from '../core/protocol';

/** Images of a view that are still to be computed. */
export interface MissingView {
  readonly samples: readonly Sample[];
  /** Epoch of the augmentation; null = the evaluation view. */
  readonly epoch: number | null;
  /** Positions among `samples`. */
  readonly missing: readonly number[];
  /**
   * Stores the results of a few images, by their positions: [images, width]. Repeated after the disk was disconnected.
   */
  store(positions: readonly number[], values: Float32Array): Promise<void>;
}

export interface ViewSettings {
  readonly pipeline: Pipeline;
  readonly augmentation: Augmentation;
  readonly seed: number;
  /** Images at a time. */
  readonly batch: number;
  /** See `LoaderOptions`. */
  readonly retry?: LoaderOptions['retry'];
}

/** Runs frozen layers on views of images, prepared by loader threads meanwhile, and stores what they return. */
export async function computeViews(
  views: readonly MissingView[],
  { pipeline, augmentation, seed, batch, retry = (work) => work() }: ViewSettings,
  run: (pixels: Float32Array, count: number) => Promise<Float32Array>,
  onComputed: (count: number) => Promise<void>,
): Promise<void> {
  const loader = createLoader({ pipeline, augmentation, seed }, { retry });
  try {
    for (const { samples, epoch, missing, store } of views) {
      const groups = inOrder(missing.length, batch).map((places) => places.map((place) => missing[place] as number));
      const orders = groups.map((group) => ({ epoch, samples: group.map((index) => samples[index] as Sample) }));
      let next = 0;
      for await (const { pixels, count } of loader.batches(orders)) {
        const group = groups[next++] as number[];
        const values = await run(pixels, count);
        await retry(() => store(group, values));
        await onComputed(group.length);
      }
    }
  } finally {
    await loader.close();
  }
}
