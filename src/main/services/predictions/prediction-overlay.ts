import type { Raster } from '#shared/imaging/raster';

/** The attention maps of one image, as the engine gives them. */
export interface OverlayAttention {
  readonly layers: number;
  readonly heads: number;
  readonly gridHeight: number;
  readonly gridWidth: number;
  /** [layers, heads, gridHeight, gridWidth] */
  readonly rows: Float32Array;
  /** [gridHeight, gridWidth] */
  readonly rollout: Float32Array;
}

/** Mean over the heads of the last layer's CLS row, [gridHeight, gridWidth]. */
export function lastLayerMean(attention: OverlayAttention): Float32Array {
  const { layers, heads, gridHeight, gridWidth, rows } = attention;
  const patches = gridHeight * gridWidth;
  const mean = new Float32Array(patches);
  for (let head = 0; head < heads; head++) {
    const from = ((layers - 1) * heads + head) * patches;
    for (let patch = 0; patch < patches; patch++) {
      mean[patch] = (mean[patch] ?? 0) + (rows[from + patch] ?? 0) / heads;
    }
  }
  return mean;
}

/** 0 at the smallest, 1 at the largest value; all 0 where the map is flat. */
export function stretch(map: Float32Array): Float32Array {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of map) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const span = high - low;
  return map.map((value) => (span > 0 ? (value - low) / span : 0));
}

/**
 * Lays a map [gridHeight, gridWidth] over a picture: grey below, the map above in the inferno colours, the stronger
 * the less transparent. Patches are interpolated bilinearly between their centres. `opacity` 0..1 is that of the
 * map's largest value.
 */
export function overlayAttention(
  picture: Raster,
  map: Float32Array,
  grid: { readonly gridHeight: number; readonly gridWidth: number },
  opacity = 0.75,
): Raster {
  const { gridHeight, gridWidth } = grid;
  if (map.length !== gridHeight * gridWidth || map.length === 0) {
    throw new RangeError('overlay: map and grid differ');
  }
  const { width, height, channels, data } = picture;
  const heat = stretch(map);
  const out = new Uint8Array(width * height * 3);
  const columns = axis(width, gridWidth);
  const rows = axis(height, gridHeight);
  for (let y = 0; y < height; y++) {
    const top = rows.low[y] ?? 0;
    const bottom = rows.high[y] ?? 0;
    const down = rows.share[y] ?? 0;
    for (let x = 0; x < width; x++) {
      const left = columns.low[x] ?? 0;
      const right = columns.high[x] ?? 0;
      const across = columns.share[x] ?? 0;
      const at = (row: number, column: number): number => heat[row * gridWidth + column] ?? 0;
      const value =
        (at(top, left) * (1 - across) + at(top, right) * across) * (1 - down) +
        (at(bottom, left) * (1 - across) + at(bottom, right) * across) * down;
      const pixel = y * width + x;
      const grey = channels === 1 ? (data[pixel] ?? 0) : luma(data, pixel * 3);
      const alpha = opacity * Math.sqrt(value);
      const colour = inferno(value);
      for (let channel = 0; channel < 3; channel++) {
        out[pixel * 3 + channel] = Math.round(grey * (1 - alpha) + 255 * (colour[channel] ?? 0) * alpha);
      }
    }
  }
  return { width, height, channels: 3, data: out };
}

/** For each pixel the two grid places beside it and the share of the second, with pixel centres (align_corners=False). */
function axis(pixels: number, places: number): { low: Uint32Array; high: Uint32Array; share: Float32Array } {
  const low = new Uint32Array(pixels);
  const high = new Uint32Array(pixels);
  const share = new Float32Array(pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const place = Math.min(places - 1, Math.max(0, ((pixel + 0.5) * places) / pixels - 0.5));
    low[pixel] = Math.floor(place);
    high[pixel] = Math.min(places - 1, Math.floor(place) + 1);
    share[pixel] = place - Math.floor(place);
  }
  return { low, high, share };
}

/** ITU-R BT.601 luma, rounded. */
function luma(data: Uint8Array, at: number): number {
  return 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
}

/**
 * "inferno" of matplotlib (N. Smith and S. van der Walt, 2015, CC0): perceptually uniform and readable without colour
 * vision. Here 17 of its 256 entries, 0 to 255 by 16, with linear steps between.
 */
export function inferno(value: number): [number, number, number] {
  const place = Math.min(1, Math.max(0, Number.isNaN(value) ? 0 : value)) * (INFERNO.length - 1);
  const below = Math.min(INFERNO.length - 2, Math.floor(place));
  const low = INFERNO[below] ?? [0, 0, 0];
  const high = INFERNO[below + 1] ?? low;
  const share = place - below;
  return [0, 1, 2].map((channel) => {
    const from = low[channel] ?? 0;
    return from + ((high[channel] ?? 0) - from) * share;
  }) as [number, number, number];
}

const INFERNO: readonly (readonly [number, number, number])[] = [
  [0.0015, 0.0005, 0.0139],
  [0.0423, 0.0281, 0.1411],
  [0.1293, 0.0473, 0.2908],
  [0.2383, 0.0366, 0.3964],
  [0.3415, 0.0623, 0.4294],
  [0.4412, 0.0993, 0.4316],
  [0.5409, 0.1347, 0.4151],
  [0.6401, 0.1714, 0.3811],
  [0.7357, 0.2159, 0.3302],
  [0.8224, 0.2752, 0.2661],
  [0.8943, 0.3534, 0.1936],
  [0.947, 0.4492, 0.1153],
  [0.9784, 0.5579, 0.0349],
  [0.9879, 0.6753, 0.0653],
  [0.9746, 0.7977, 0.2063],
  [0.9476, 0.9174, 0.4107],
  [0.9884, 0.9984, 0.6449],
];
