import { FoveaError } from '#shared/ipc/errors';
import { OUT_OF_MEMORY } from '../backends/out-of-memory';
import type { Classification, Classifier } from './classification';
import { half } from './shrinking-session';

export interface ShrinkingOptions {
  /** Initial number of images at a time. */
  readonly batch: number;
  /** Number of values in one image. */
  readonly imageLength: number;
  /** Whether to release `create`, and everything it references, once a classifier exists. */
  readonly shrinksOnlyAtCreation: boolean;
}

/**
 * Halves the number of images computed at a time whenever memory runs out, down to one: each image's result depends on
 * that image alone.
 *
 * @param create creates a classifier for this many images at a time
 */
export async function createShrinkingClassifier(
  create: (batch: number) => Promise<Classifier>,
  { batch, imageLength, shrinksOnlyAtCreation }: ShrinkingOptions,
): Promise<Classifier> {
  let part = batch;
  let make: typeof create | null = create;
  let classifier: Classifier | null = null;

  const smaller = async (error: unknown) => {
    if (!(error instanceof FoveaError && error.code === OUT_OF_MEMORY) || part === 1 || make === null) throw error;
    await classifier?.dispose();
    classifier = null;
    part = half(part);
  };
  /** Returns the result of `work` with the largest part that fits. */
  const attempt = async <T>(work: (classifier: Classifier) => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        if (classifier === null && make !== null) classifier = await make(part);
        if (classifier === null) throw new Error('the classifier was disposed');
        return await work(classifier);
      } catch (error) {
        await smaller(error);
      }
    }
  };

  await attempt(async () => {});
  if (shrinksOnlyAtCreation) make = null;
  return {
    run: async (pixels, count) => {
      const results: Classification[] = [];
      for (let start = 0; start < count; ) {
        const taken = await attempt(async (current) => {
          const images = Math.min(part, count - start);
          results.push(
            await current.run(
              images === count ? pixels : pixels.subarray(start * imageLength, (start + images) * imageLength),
              images,
            ),
          );
          return images;
        });
        start += taken;
      }
      return join(results);
    },
    dispose: async () => {
      make = null;
      await classifier?.dispose();
      classifier = null;
    },
  };
}

function join(results: readonly Classification[]): Classification {
  const [first, ...more] = results;
  if (first === undefined) throw new Error('no image was given');
  if (more.length === 0) return first;
  const all = (select: (result: Classification) => Float32Array): Float32Array => concatenate(results.map(select));
  return {
    logits: all(({ logits }) => logits),
    features: all(({ features }) => features),
    attentions: first.attentions.map((_, layer) => all(({ attentions }) => attentions[layer] as Float32Array)),
    hiddenStates: first.hiddenStates.map((_, layer) => all(({ hiddenStates }) => hiddenStates[layer] as Float32Array)),
  };
}

function concatenate(arrays: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    joined.set(array, at);
    at += array.length;
  }
  return joined;
}
