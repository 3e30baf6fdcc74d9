import type { AttentionMaps, AttentionShape } from '../models/attention';
import type { Preparation } from '../models/pipeline';
import { type ColourMapName, colourTable } from './colour-maps';
import { frameShare } from './placement';
import type { Raster } from './raster';

/** The map to show. `head` null = mean over the heads of the layer. */
export type MapChoice =
  | { readonly kind: 'layer'; readonly layer: number; readonly head: number | null }
  | { readonly kind: 'rollout' };

/** A map on the grid of patches, [height, width], row by row. */
export interface Grid {
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
  /** The part of the image that the grid covers, in shares of its size. Absent: all of it. */
  readonly frame?: AttentionShape['frame'];
}

/** A map, and how it is drawn over an image. */
export interface Overlay {
  readonly map: Grid;
  readonly colourMap: ColourMapName;
  /** 0..1: opacity at the map's largest value. */
  readonly opacity: number;
}

/** The window's initial settings, and those of all reports and files. */
export const overlayDefaults = { colourMap: 'inferno', opacity: 0.6 } as const satisfies Omit<Overlay, 'map'>;

/** The maps with the part of this image that their patches cover. */
export function placeMaps(
  maps: AttentionMaps,
  image: Pick<Raster, 'width' | 'height'>,
  preparation: Pick<Preparation, 'height' | 'width' | 'fit'>,
): AttentionMaps {
  const { covered = 1 } = maps;
  const frame = frameShare(image, preparation);
  if (frame === undefined && covered === 1) return maps;
  const { left, top, width, height } = frame ?? { left: 0, top: 0, width: 1, height: 1 };
  return { ...maps, frame: { left, top, width: width * covered, height: height * covered } };
}

/** One attention map: a head, the mean over a layer's heads, or the rollout. */
export function selectMap(maps: AttentionMaps, choice: MapChoice): Grid {
  const { gridHeight: height, gridWidth: width, heads } = maps;
  const frame = maps.frame === undefined ? {} : { frame: maps.frame };
  const cells = height * width;
  if (choice.kind === 'rollout') return { height, width, values: maps.rollout, ...frame };
  const start = choice.layer * heads * cells;
  if (choice.head !== null) {
    const from = start + choice.head * cells;
    return { height, width, values: maps.rows.slice(from, from + cells), ...frame };
  }
  const mean = new Float32Array(cells);
  for (let head = 0; head < heads; head++) {
    for (let cell = 0; cell < cells; cell++) {
      mean[cell] = (mean[cell] as number) + (maps.rows[start + head * cells + cell] as number) / heads;
    }
  }
  return { height, width, values: mean, ...frame };
}

/** The mean over the heads of the last layer. */
export const lastLayer = ({ layers }: AttentionShape): MapChoice => ({ kind: 'layer', layer: layers - 1, head: null });

/** Smallest and largest finite value of a map. */
function rangeOf(grid: Grid): { readonly low: number; readonly high: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of grid.values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? { low, high } : { low: 0, high: 0 };
}

/** Scales a map to 0..1 by its own range: its smallest value is 0, its largest 1. A flat map is 0 throughout. */
export function normalise(grid: Grid): Grid {
  const { low, high } = rangeOf(grid);
  const span = high - low;
  const values = Float32Array.from(grid.values, (value) =>
    span > 0 && Number.isFinite(value) ? (value - low) / span : 0,
  );
  return { ...grid, values };
}

/**
 * Bilinear enlargement to [height, width]. A patch's value applies to the patch's centre, and the values of border
 * patches extend to the border of the grid's frame (like `align_corners=False` in PyTorch). Outside the frame, which
 * the model did not see, the map is 0.
 */
export function upsample(grid: Grid, height: number, width: number): Grid {
  const values = new Float32Array(height * width);
  const { left, top, width: across, height: down } = grid.frame ?? wholeFrame;
  const columns = Array.from({ length: width }, (_, x) => position(x, width, grid.width, left, across));
  const at = (y: number, x: number) => grid.values[y * grid.width + x] as number;
  for (let y = 0; y < height; y++) {
    const row = position(y, height, grid.height, top, down);
    if (row === null) continue;
    columns.forEach((column, x) => {
      if (column === null) return;
      const above = mix(at(row.low, column.low), at(row.low, column.high), column.share);
      const below = mix(at(row.high, column.low), at(row.high, column.high), column.share);
      values[y * width + x] = mix(above, below, row.share);
    });
  }
  return { height, width, values };
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

const wholeFrame = { left: 0, top: 0, width: 1, height: 1 };

/**
 * The two source cells around the centre of target pixel `index`, and its position between them, 0 to 1. The source
 * covers the target from the share `start` on, for the share `extent`; null outside.
 */
function position(index: number, target: number, source: number, start: number, extent: number) {
  const along = ((index + 0.5) * source) / target / extent - (start * source) / extent;
  if (along < 0 || along > source) return null;
  const at = Math.min(source - 1, Math.max(0, along - 0.5));
  const low = Math.floor(at);
  return { low, high: Math.min(source - 1, low + 1), share: at - low };
}

/**
 * RGBA bytes [height, width, 4] of a map in 0..1: the colour from a table of 256 RGB triples, the opacity `opacity`
 * times the value, so that the image stays clear where attention is low.
 */
export function colourise(grid: Grid, table: Uint8Array, opacity: number): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(grid.values.length * 4);
  grid.values.forEach((raw, index) => {
    const value = Math.min(1, Math.max(0, raw));
    const level = Math.round(value * 255) * 3;
    pixels.set(table.subarray(level, level + 3), index * 4);
    pixels[index * 4 + 3] = Math.round(255 * opacity * value);
  });
  return pixels;
}

/** RGBA bytes [height, width, 4] to draw over an image of this size. */
export function overlayPixels(
  { map, colourMap, opacity }: Overlay,
  height: number,
  width: number,
): Uint8ClampedArray<ArrayBuffer> {
  return colourise(upsample(normalise(map), height, width), colourTable(colourMap), opacity);
}

/** The image with the overlay drawn over it, [height, width, 3], blended as on a canvas (source over). */
export function blendOverlay(image: Raster, overlay: Overlay): Raster {
  const { width, height, channels, data } = image;
  const above = overlayPixels(overlay, height, width);
  const blended = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const alpha = (above[pixel * 4 + 3] as number) / 255;
    for (let channel = 0; channel < 3; channel++) {
      const below = data[channels === 1 ? pixel : pixel * 3 + channel] as number;
      blended[pixel * 3 + channel] = Math.round(mix(below, above[pixel * 4 + channel] as number, alpha));
    }
  }
  return { width, height, channels: 3, data: blended };
}
