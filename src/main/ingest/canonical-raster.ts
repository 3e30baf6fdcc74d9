import type { Raster } from '#shared/imaging/raster';
import { resizeBilinear } from '#shared/imaging/resize';
import { MAX_PIXELS } from './limits';

/** A rectangle within an image, in pixels from its top left corner. */
export interface PixelBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function cropRaster({ width, channels, data }: Raster, box: PixelBox): Raster {
  const row = box.width * channels;
  const cropped = new Uint8Array(row * box.height);
  for (let y = 0; y < box.height; y++) {
    const start = ((box.y + y) * width + box.x) * channels;
    cropped.set(data.subarray(start, start + row), y * row);
  }
  return { width: box.width, height: box.height, channels, data: cropped };
}

/** Pixel aspects closer to 1 than this count as square: they are written with few digits. */
const SQUARE_TOLERANCE = 0.005;

/**
 * Resamples an image to square pixels. `pixelAspect`: pixel height divided by width. Enlarges the axis along which
 * pixels are longer, so that nothing is lost, unless the result would exceed `MAX_PIXELS`. The only place where an
 * image gets its true aspect, for display and for the model.
 */
export function toSquarePixels(raster: Raster, pixelAspect: number): Raster {
  if (!(Math.abs(pixelAspect - 1) >= SQUARE_TOLERANCE)) return raster;
  const width = raster.width * Math.max(1, 1 / pixelAspect);
  const height = raster.height * Math.max(1, pixelAspect);
  const scale = Math.min(1, Math.sqrt(MAX_PIXELS / (width * height)));
  return resizeBilinear(raster, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
}

/** Reduces three equal channels to one: the image is grey, whatever its format. */
export function dropEqualChannels(raster: Raster): Raster {
  if (raster.channels === 1) return raster;
  const { data, width, height } = raster;
  const pixels = width * height;
  for (let index = 0; index < pixels; index++) {
    if (data[3 * index] !== data[3 * index + 1] || data[3 * index] !== data[3 * index + 2]) return raster;
  }
  const grey = new Uint8Array(pixels);
  for (let index = 0; index < pixels; index++) grey[index] = data[3 * index] as number;
  return { width, height, channels: 1, data: grey };
}

function resizeTo(raster: Raster, scale: number): Raster {
  const width = Math.max(1, Math.round(raster.width * scale));
  const height = Math.max(1, Math.round(raster.height * scale));
  return width === raster.width && height === raster.height ? raster : resizeBilinear(raster, width, height);
}

/**
 * Shrinks to a short side of at most `shortSide`, keeping the aspect to a pixel, antialiased like PIL's bilinear
 * filter; never enlarges.
 */
export function toCanonicalRaster(raster: Raster, shortSide: number): Raster {
  return resizeTo(raster, Math.min(1, shortSide / Math.min(raster.width, raster.height)));
}

/** Shrinks to a long side of at most `longSide`; never enlarges. */
export function shrinkToLongSide(raster: Raster, longSide: number): Raster {
  return resizeTo(raster, Math.min(1, longSide / Math.max(raster.width, raster.height)));
}
