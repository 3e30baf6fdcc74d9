import type { BatchSource } from '../../engine/train/batch-source';
import { countRepeats } from '../../engine/train/epoch-plan';
import { drawMix, type Mix, mixBatch } from '../../engine/train/mixup';
import type { Batch } from '../../engine/train/session';
import type { Sample } from '../core/protocol';
import type { BatchOrder } from './batch-maker';
import type { Loader } from './loader';

/** Cuts positions 0, 1, 2, … into groups of at most `size`. */
export function inOrder(count: number, size: number): number[][] {
  const groups: number[][] = [];
  for (let start = 0; start < count; start += size) {
    groups.push(Array.from({ length: Math.min(size, count - start) }, (_, index) => start + index));
  }
  return groups;
}

/** Strength and seed of mixup; null = no mixup. */
export type Mixing = { readonly alpha: number; readonly seed: number } | null;

const mixOf = (mixing: Mixing, epoch: number, microBatch: number, count: number): Mix | null =>
  mixing === null ? null : drawMix(mixing.alpha, mixing.seed, epoch, microBatch, count);

/** Index of the view that an image shows when epochs cycle through views, and repeats within an epoch show the next. */
export const viewIndex = (epoch: number, repeat: number, views: number): number => (epoch - 1 + repeat) % views;

/**
 * Augmented views for training and plain ones for validation, from the loader's threads.
 *
 * @param views number of views that epochs cycle through, those of the first epochs; 0 = new ones in every epoch
 */
export function imageBatches(
  loader: Loader,
  train: readonly Sample[],
  validation: readonly Sample[],
  batchSize: number,
  mixing: Mixing,
  views = 0,
): BatchSource {
  const pick = (samples: readonly Sample[], positions: readonly number[]) => positions.map((i) => samples[i] as Sample);
  return {
    training: (epoch, plan, first) => {
      const repeats = countRepeats(plan);
      const orders = plan.map((positions, index) => {
        const mix = mixOf(mixing, epoch, index, positions.length);
        return {
          epoch,
          samples: pick(train, positions),
          ...shown(epoch, repeats[index] ?? [], views),
          ...(mix === null ? {} : { mix }),
        };
      });
      return loader.batches(orders.slice(first));
    },
    validation: () =>
      loader.batches(
        inOrder(validation.length, batchSize).map((positions) => ({
          epoch: null,
          samples: pick(validation, positions),
        })),
      ),
  };
}

function shown(epoch: number, repeats: readonly number[], views: number): Pick<BatchOrder, 'repeats' | 'epochs'> {
  return views === 0 ? { repeats } : { epochs: repeats.map((repeat) => 1 + viewIndex(epoch, repeat, views)) };
}

export interface FeatureSet {
  /** [images, width] for each view. */
  readonly views: readonly Float32Array[];
  readonly labels: Int32Array;
}

/**
 * Batches of cached features. Epochs cycle through the views of the training images, an image drawn again in an epoch
 * shows its next view, and validation has one view. Epochs also differ in the order of the images and in their mixup.
 */
export function featureBatches(
  train: FeatureSet,
  validation: FeatureSet,
  width: number,
  batchSize: number,
  mixing: Mixing,
): BatchSource {
  const gather = (set: FeatureSet, positions: readonly number[], views: readonly number[]): Batch => {
    const pixels = new Float32Array(positions.length * width);
    for (const [row, index] of positions.entries()) {
      const features = set.views[(views[row] ?? 0) % set.views.length] as Float32Array;
      pixels.set(features.subarray(index * width, (index + 1) * width), row * width);
    }
    return {
      pixels,
      labels: Int32Array.from(positions, (index) => set.labels[index] as number),
      count: positions.length,
    };
  };
  async function* training(epoch: number, plan: readonly (readonly number[])[], first: number) {
    const repeats = countRepeats(plan);
    for (const [index, positions] of plan.entries()) {
      if (index < first) continue;
      const views = positions.map((_, row) => epoch - 1 + (repeats[index]?.[row] ?? 0));
      const batch = gather(train, positions, views);
      const mix = mixOf(mixing, epoch, index, positions.length);
      yield mix === null ? batch : mixBatch(batch, mix);
    }
  }
  return { training, validation: () => plainBatches(validation, width, batchSize) };
}

/** One training batch of all views of all images, view after view, for a solver that fits all data at once. */
export function wholeBatch(train: FeatureSet, validation: FeatureSet, width: number, batchSize: number): BatchSource {
  const { views, labels } = train;
  const count = views.length * labels.length;
  async function* training() {
    const pixels = new Float32Array(count * width);
    for (const [view, features] of views.entries()) pixels.set(features, view * labels.length * width);
    yield {
      pixels,
      labels: Int32Array.from({ length: count }, (_, row) => labels[row % labels.length] as number),
      count,
    };
  }
  return { training, validation: () => plainBatches(validation, width, batchSize) };
}

/** The only view of a set, in order. */
async function* plainBatches({ views: [features], labels }: FeatureSet, width: number, batchSize: number) {
  for (let start = 0; start < labels.length; start += batchSize) {
    const end = Math.min(labels.length, start + batchSize);
    const pixels = (features as Float32Array).slice(start * width, end * width);
    yield { pixels, labels: labels.slice(start, end), count: end - start };
  }
}
