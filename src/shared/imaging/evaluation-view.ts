import type { Preparation } from '../models/pipeline';
import { placeImage } from './placement';
import type { Raster } from './raster';
import { resize } from './resize';

/**
 * The bytes that the network gets of a raster, before they are rescaled and normalised: resized, the centre cut, black
 * where the image does not reach. Only what is cut is computed.
 */
export function evaluationView(raster: Raster, preparation: Preparation): Raster {
  const { width, height, resample } = preparation;
  const placed = placeImage(raster, preparation);
  const left = Math.max(0, placed.left);
  const top = Math.max(0, placed.top);
  const window = {
    left,
    top,
    width: Math.min(placed.width, placed.left + width) - left,
    height: Math.min(placed.height, placed.top + height) - top,
  };
  const seen = resize(raster, placed.width, placed.height, { resample, window });
  return window.width === width && window.height === height
    ? seen
    : onBlack(seen, left - placed.left, top - placed.top, width, height);
}

/** The image on a black ground of this size, with its top left corner at (left, top). */
function onBlack(image: Raster, left: number, top: number, width: number, height: number): Raster {
  const { channels } = image;
  const data = new Uint8Array(width * height * channels);
  const row = image.width * channels;
  for (let y = 0; y < image.height; y++) {
    data.set(image.data.subarray(y * row, (y + 1) * row), ((top + y) * width + left) * channels);
  }
  return { width, height, channels, data };
}
