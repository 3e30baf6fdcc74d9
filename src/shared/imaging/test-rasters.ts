import type { Raster } from './raster';

/** The same pixels that the Python side made: byte i is the top byte of i × 2654435761 mod 2^32. */
export function noise(width: number, height: number, channels: 1 | 3): Raster {
  return {
    width,
    height,
    channels,
    data: Uint8Array.from({ length: width * height * channels }, (_, i) => Math.imul(i, 2654435761) >>> 24),
  };
}

/** Smooth, so that two good resampling filters must agree. */
export function gradient(width: number, height: number): Raster {
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [(i % width) / width, Math.floor(i / width) / height];
    return 128 + 60 * Math.sin(5 * x) + 60 * Math.cos(4 * y);
  });
  return { width, height, channels: 1, data };
}
