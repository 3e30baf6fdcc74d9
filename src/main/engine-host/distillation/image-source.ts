import { augmentInto } from '#shared/imaging/augment';
import { defaultPipeline } from '#shared/imaging/pipeline';
import { createRandom, shuffle } from '#shared/imaging/random';
import { augmentationSchema } from '#shared/models/run-config';
import type { RasterPlace } from '../../packs/place';
import { readRaster } from '../batches/batch-maker';
import type { PictureSource } from './distillation-spec';
import type { ImageNormalisation } from './pixels';

/** Share of the images that only measure, and their number at most. */
const HELD_OUT_SHARE = 0.1;
const MOST_HELD_OUT = 128;
/** Smaller parts than a classifier is trained on: features are wanted of any part, and no label has to stay true. */
const augmentation = augmentationSchema.parse({ cropScale: [0.3, 1] });
/** Keeps pixels as they are, from 0 to 1. */
const plain: ImageNormalisation = { rescaleFactor: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] };
const ORDER = 0x0de4;
const VIEW = 0x71e3;

/** A project's images as an endless sequence of augmented views: all images in random order, then again. */
export function imageSource(
  rasters: readonly RasterPlace[],
  id: string,
  seed: number,
): { readonly source: PictureSource; readonly trainImages: number; readonly heldOutImages: number } {
  const shuffled = shuffle(rasters, createRandom(ORDER, seed));
  const heldOutCount = Math.min(MOST_HELD_OUT, Math.max(1, Math.round(HELD_OUT_SHARE * rasters.length)));
  const [heldOut, train] = [shuffled.slice(0, heldOutCount), shuffled.slice(heldOutCount)];
  let order = { pass: -1, images: train };
  const imageAt = (index: number): RasterPlace => {
    const pass = Math.floor(index / train.length);
    if (order.pass !== pass) order = { pass, images: shuffle(train, createRandom(ORDER, seed, pass)) };
    return order.images[index % train.length] as RasterPlace;
  };
  const source: PictureSource = {
    id: `${id} ${seed}`,
    picture: (index, size, isHeldOut) => {
      const place = isHeldOut ? (heldOut[index % heldOut.length] as RasterPlace) : imageAt(index);
      const pixels = new Float32Array(3 * size * size);
      const pipeline = defaultPipeline(size, plain);
      const random = createRandom(VIEW, seed, isHeldOut ? 1 : 0, index);
      augmentInto(readRaster(place), augmentation, pipeline, random, pixels, 0);
      return Uint8Array.from(pixels, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
    },
  };
  return { source, trainImages: train.length, heldOutImages: heldOut.length };
}
