import { createHash } from 'node:crypto';
import { augmentationRandom, augmentInto, testTimeRandom } from '#shared/imaging/augment';
import { pixelValuesInto } from '#shared/imaging/normalise';
import { decodeRaster, type Raster } from '#shared/imaging/raster';
import { FoveaError } from '#shared/ipc/errors';
import type { Pipeline } from '#shared/models/pipeline';
import type { Augmentation } from '#shared/models/run-config';
import { type Mix, mixBatch } from '../../engine/train/mixup';
import type { Batch } from '../../engine/train/session';
import { type Place, readPlace } from '../../packs/place';
import { diskFailed, isDiskGone } from '../core/file-errors';
import type { Sample } from '../core/protocol';

/** A micro-batch to prepare: its images, and the epoch of their augmentation; null = the evaluation view. */
export interface BatchOrder {
  readonly samples: readonly Sample[];
  readonly epoch: number | null;
  /** How often each sample was drawn before in this epoch; each repeat gets another view. Default: never. */
  readonly repeats?: readonly number[];
  /** Epoch of the augmentation of each sample, in place of `epoch` and `repeats`. */
  readonly epochs?: readonly number[];
  /** Mixup of the images; none by default. */
  readonly mix?: Mix;
  /** From 1: use this test-time view instead of the evaluation view. */
  readonly testTimeView?: number;
}

export interface BatchSettings {
  readonly pipeline: Pipeline;
  readonly augmentation: Augmentation;
  readonly seed: number;
}

/**
 * Reads a canonical raster.
 *
 * @throws FoveaError `raster_missing` if the cache was emptied or damaged; `disk_failed`
 */
export function readRaster(place: Place): Raster {
  try {
    return decodeRaster(readPlace(place));
  } catch (error) {
    if (isDiskGone(error)) throw diskFailed('a prepared image could not be read', error);
    throw new FoveaError('raster_missing', 'A prepared image of the project cannot be read.', {
      hint: "The project's cache has changed. Import the images again; labels are kept.",
      cause: error,
    });
  }
}

/** 48 bits of the hash of an image's pixels, which seed its test-time views. */
const contentOf = ({ data }: Raster): number => createHash('sha256').update(data).digest().readUIntBE(0, 6);

/** Prepares a micro-batch [count, 3, height, width]. Deterministic for the same order on any thread. */
export function makeBatch(order: BatchOrder, settings: BatchSettings): Batch {
  const { pipeline, augmentation, seed } = settings;
  const size = 3 * pipeline.height * pipeline.width;
  const pixels = new Float32Array(order.samples.length * size);
  const labels = new Int32Array(order.samples.length);
  for (const [index, sample] of order.samples.entries()) {
    const raster = readRaster(sample.raster);
    labels[index] = sample.label;
    if (order.testTimeView !== undefined && order.testTimeView > 0) {
      const random = testTimeRandom(contentOf(raster), order.testTimeView);
      augmentInto(raster, augmentation, pipeline, random, pixels, index * size);
    } else if (order.epoch === null) pixelValuesInto(raster, pipeline, pixels, index * size);
    else {
      const [epoch, repeat] = [order.epochs?.[index] ?? order.epoch, order.repeats?.[index] ?? 0];
      const random = augmentationRandom(seed, epoch, sample.image, repeat);
      augmentInto(raster, augmentation, pipeline, random, pixels, index * size);
    }
  }
  const batch: Batch = { pixels, labels, count: order.samples.length };
  return order.mix ? mixBatch(batch, order.mix) : batch;
}
