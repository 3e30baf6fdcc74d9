import type { Preparation } from '../models/pipeline';
import type { Augmentation } from '../models/run-config';
import { applyJitter, drawJitter, type JitterStep } from './colour-jitter';
import { normaliseInto, pixelValuesInto } from './normalise';
import { type Frame, frameOf } from './placement';
import { createRandom, type Random } from './random';
import type { Raster } from './raster';
import { sampleView, type View } from './sample-view';

/** One draw of the augmentation for one image. */
export interface Draw {
  readonly view: View;
  readonly jitter: readonly JitterStep[];
}

const MIN_ASPECT = 3 / 4;
const MAX_ASPECT = 4 / 3;

/** torchvision's RandomResizedCrop.get_params: ten attempts, then the largest centred crop of a permitted aspect. */
function drawWithin(width: number, height: number, scale: readonly [number, number], random: Random) {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = width * height * random.uniform(scale[0], scale[1]);
    const aspect = Math.exp(random.uniform(Math.log(MIN_ASPECT), Math.log(MAX_ASPECT)));
    const cropWidth = Math.round(Math.sqrt(area * aspect));
    const cropHeight = Math.round(Math.sqrt(area / aspect));
    if (cropWidth > 0 && cropHeight > 0 && cropWidth <= width && cropHeight <= height) {
      const top = random.integer(height - cropHeight + 1);
      const left = random.integer(width - cropWidth + 1);
      return { left, top, width: cropWidth, height: cropHeight };
    }
  }
  const cropWidth = Math.min(width, Math.round(height * MAX_ASPECT));
  const cropHeight = Math.min(height, Math.round(width / MIN_ASPECT));
  return {
    left: Math.floor((width - cropWidth) / 2),
    top: Math.floor((height - cropHeight) / 2),
    width: cropWidth,
    height: cropHeight,
  };
}

/** A crop of what the evaluation view shows. */
function drawCrop(frame: Frame, scale: readonly [number, number], random: Random): Frame {
  const width = Math.max(1, Math.round(frame.width));
  const height = Math.max(1, Math.round(frame.height));
  const crop = drawWithin(width, height, scale, random);
  return { ...crop, left: frame.left + crop.left, top: frame.top + crop.top };
}

/** Draws crop, flip, rotation and jitter, in the order of application. `frame`: what the evaluation view shows. */
export function drawAugmentation(
  frame: Frame,
  channels: Raster['channels'],
  augmentation: Augmentation,
  random: Random,
): Draw {
  const crop = drawCrop(frame, augmentation.cropScale, random);
  const flip = random.next() < augmentation.horizontalFlip;
  const degrees = random.uniform(-augmentation.rotationDegrees, augmentation.rotationDegrees);
  return { view: { ...crop, flip, degrees }, jitter: drawJitter(augmentation, channels === 1, random) };
}

/**
 * The random stream of one image in one epoch: independent of order, batches and where a run was resumed. `repeat`
 * counts earlier draws of the image in this epoch.
 */
export const augmentationRandom = (seed: number, epoch: number, image: number, repeat = 0): Random =>
  repeat === 0 ? createRandom(seed, epoch, image) : createRandom(seed, epoch, image, repeat);

const TEST_TIME_SEED = 0x7e57;

/**
 * The random stream of one test-time view (counted from 1) of an image, identified by `content`, an integer derived
 * from its pixels: the same views in any run, order or batch.
 */
export const testTimeRandom = (content: number, view: number): Random => createRandom(TEST_TIME_SEED, content, view);

/**
 * Writes a training view of a canonical raster to `out` at `offset`, as normalised [3, height, width]. Geometry is one
 * resampling pass; colours are changed after it, before mean and std.
 */
export function augmentInto(
  raster: Raster,
  augmentation: Augmentation,
  pipeline: Preparation,
  random: Random,
  out: Float32Array,
  offset: number,
): void {
  if (!augmentation.enabled) {
    pixelValuesInto(raster, pipeline, out, offset);
    return;
  }
  const draw = drawAugmentation(frameOf(raster, pipeline), raster.channels, augmentation, random);
  const samples = sampleView(raster, draw.view, pipeline.width, pipeline.height, pipeline.resample);
  applyJitter(samples, draw.jitter);
  normaliseInto(samples, pipeline, out, offset);
}
