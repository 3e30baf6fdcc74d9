import { createRandom } from '../imaging/random';
import type { Raster } from '../imaging/raster';

/**
 * Grey pictures for tests: bright and dark blobs at random positions on a grey background. Two seeds look nothing
 * alike.
 */
export function blobs(seed: number, width = 200, height = 150): Raster {
  const random = createRandom(11, seed);
  const spots = Array.from({ length: 60 }, () => ({
    x: random.integer(width),
    y: random.integer(height),
    size: 3 + random.integer(12),
    height: random.integer(180) - 90,
  }));
  const data = new Uint8Array(width * height);
  for (let index = 0; index < data.length; index++) {
    let value = 128;
    for (const { x, y, size, height: depth } of spots) {
      const squares = ((index % width) - x) ** 2 + (Math.floor(index / width) - y) ** 2;
      value += depth * Math.exp(-squares / (2 * size ** 2));
    }
    data[index] = Math.max(0, Math.min(255, Math.round(value)));
  }
  return { width, height, channels: 1, data };
}

/** A picture whose pixel (x, y) is that of `source` nearest to `from(x, y)`; 0 outside. */
export function redrawn(
  source: Raster,
  width: number,
  height: number,
  from: (x: number, y: number) => readonly [number, number],
): Raster {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = from(x, y).map(Math.round) as [number, number];
      const inside = u >= 0 && v >= 0 && u < source.width && v < source.height;
      data[y * width + x] = inside ? (source.data[v * source.width + u] as number) : 0;
    }
  }
  return { width, height, channels: 1, data };
}

export const mirrored = (one: Raster): Raster => redrawn(one, one.width, one.height, (x, y) => [one.width - 1 - x, y]);

/** A quarter turn clockwise. */
export const turned = (one: Raster): Raster => redrawn(one, one.height, one.width, (x, y) => [y, one.height - 1 - x]);
