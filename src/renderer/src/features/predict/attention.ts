import { FoveaError } from '#shared/ipc/errors';

/** Shape of an attention resource: layers, heads, and the grid of patches. */
export interface AttentionShape {
  readonly layers: number;
  readonly heads: number;
  readonly gridHeight: number;
  readonly gridWidth: number;
}

/** CLS-to-patch attention [layers, heads, gridHeight, gridWidth] and its rollout [gridHeight, gridWidth]. */
export interface AttentionMaps extends AttentionShape {
  readonly values: Float32Array;
  readonly rollout: Float32Array;
}

/** Which map to show. `head` null = mean over the heads of the layer. */
export type MapChoice =
  | { readonly kind: 'layer'; readonly layer: number; readonly head: number | null }
  | { readonly kind: 'rollout' };

/** A map on the grid of patches, [height, width], row by row. */
export interface Grid {
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

/** Reads the resource: little-endian float32, layers × heads × grid, then the rollout's grid. */
export function parseAttention(bytes: ArrayBuffer, shape: AttentionShape): AttentionMaps {
  const cells = shape.gridHeight * shape.gridWidth;
  const maps = shape.layers * shape.heads * cells;
  if (cells <= 0 || bytes.byteLength !== (maps + cells) * 4) {
    throw new FoveaError('bad_attention', 'The attention map of this image is corrupt.', {
      hint: 'Run the prediction again.',
    });
  }
  const view = new DataView(bytes);
  const read = (start: number, count: number) =>
    Float32Array.from({ length: count }, (_, index) => view.getFloat32((start + index) * 4, true));
  return { ...shape, values: read(0, maps), rollout: read(maps, cells) };
}

/** One map of the attention: a head, the mean over a layer's heads, or the rollout. */
export function selectMap(maps: AttentionMaps, choice: MapChoice): Grid {
  const { gridHeight: height, gridWidth: width, heads } = maps;
  const cells = height * width;
  if (choice.kind === 'rollout') return { height, width, values: maps.rollout };
  const start = choice.layer * heads * cells;
  if (choice.head !== null) {
    const from = start + choice.head * cells;
    return { height, width, values: maps.values.slice(from, from + cells) };
  }
  const mean = new Float32Array(cells);
  for (let head = 0; head < heads; head++) {
    for (let cell = 0; cell < cells; cell++) {
      mean[cell] = (mean[cell] as number) + (maps.values[start + head * cells + cell] as number) / heads;
    }
  }
  return { height, width, values: mean };
}

/** Smallest and largest value of a map, not counting what is not finite. */
export function rangeOf(grid: Grid): { readonly low: number; readonly high: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of grid.values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? { low, high } : { low: 0, high: 0 };
}

/** Scales a map by itself to 0..1: its smallest value is 0, its largest 1. A flat map is 0 throughout. */
export function normalise(grid: Grid): Grid {
  const { low, high } = rangeOf(grid);
  const span = high - low;
  const values = Float32Array.from(grid.values, (value) =>
    span > 0 && Number.isFinite(value) ? (value - low) / span : 0,
  );
  return { ...grid, values };
}

/**
 * Bilinear enlargement to [height, width]. A patch's value stands at the patch's centre, and the border patches'
 * values reach to the border (as `align_corners=False` in PyTorch).
 */
export function upsample(grid: Grid, height: number, width: number): Grid {
  const values = new Float32Array(height * width);
  const columns = Array.from({ length: width }, (_, x) => position(x, width, grid.width));
  const at = (y: number, x: number) => grid.values[y * grid.width + x] as number;
  for (let y = 0; y < height; y++) {
    const row = position(y, height, grid.height);
    columns.forEach((column, x) => {
      const top = mix(at(row.low, column.low), at(row.low, column.high), column.share);
      const bottom = mix(at(row.high, column.low), at(row.high, column.high), column.share);
      values[y * width + x] = mix(top, bottom, row.share);
    });
  }
  return { height, width, values };
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

/** Between which source cells the centre of target pixel `index` lies, and how far towards the second. */
function position(index: number, target: number, source: number) {
  const at = Math.min(source - 1, Math.max(0, ((index + 0.5) * source) / target - 0.5));
  const low = Math.floor(at);
  return { low, high: Math.min(source - 1, low + 1), share: at - low };
}

/**
 * RGBA bytes [height, width, 4] of a map in 0..1: the colour from a table of 256 RGB triples, the opacity `opacity`
 * times the value, so that the image stays clear where the model did not look.
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

/** `Layer 12, mean of 3 heads`, `Layer 4, head 2`, `Rollout over 12 layers`. Counted from 1. */
export function describeChoice(shape: AttentionShape, choice: MapChoice): string {
  if (choice.kind === 'rollout') return `Rollout over ${shape.layers} layers`;
  const part = choice.head === null ? `mean of ${shape.heads} heads` : `head ${choice.head + 1}`;
  return `Layer ${choice.layer + 1}, ${part}`;
}

/** Keeps a choice inside what another model has: its last layer, the mean over heads. */
export function fitChoice(shape: AttentionShape, choice: MapChoice): MapChoice {
  if (choice.kind === 'rollout') return choice;
  const layer = Math.min(choice.layer, shape.layers - 1);
  return { kind: 'layer', layer, head: choice.head !== null && choice.head < shape.heads ? choice.head : null };
}
