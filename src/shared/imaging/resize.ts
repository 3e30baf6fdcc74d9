import type { Resample } from '../models/pipeline';
import type { Raster } from './raster';
import { type ResampleFilter, resampleFilters } from './resample-filters';

/** Fixed-point bits of PIL's 8-bit resampling: 32 - 8 bits of pixel - 2 bits of headroom. */
const PRECISION_BITS = 32 - 8 - 2;
const HALF = 1 << (PRECISION_BITS - 1);

/** A region of a raster in pixels; right and bottom are exclusive and may be fractional. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A part of the result, in whole pixels of the result. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface ResizeOptions {
  /** Default: bilinear. */
  readonly resample?: Resample;
  /** Region of the source that becomes the result. Default: all of it. */
  readonly box?: Box | undefined;
  /** Part of the result to compute; its pixels are those that the whole result would have. Default: all of it. */
  readonly window?: Window;
}

/** One axis of a resize: outputs [first, first + count) of `outputSize`, which cover the source from `low` to `high`. */
interface Axis {
  readonly inputSize: number;
  readonly low: number;
  readonly high: number;
  readonly outputSize: number;
  readonly first: number;
  readonly count: number;
}

/** The taps of one axis: output i reads `counts[i]` samples from `starts[i]` on, with `weights[i * taps + k]`. */
interface Taps {
  readonly taps: number;
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  readonly weights: Int32Array;
}

/**
 * A filter over `scale` input pixels, normalised and rounded to fixed point: `precompute_coeffs` and
 * `normalize_coeffs_8bpc` of Pillow's `Resample.c`, reimplemented from its arithmetic.
 */
function filterTaps({ inputSize, low, high, outputSize, first, count: outputs }: Axis, filter: ResampleFilter): Taps {
  const scale = (high - low) / outputSize;
  const filterScale = Math.max(scale, 1);
  const support = filter.support * filterScale;
  const taps = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(outputs);
  const counts = new Int32Array(outputs);
  const weights = new Int32Array(outputs * taps);
  const exact = new Float64Array(taps);
  for (let i = 0; i < outputs; i++) {
    const center = low + (first + i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(inputSize, Math.trunc(center + support + 0.5)) - start;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const weight = filter.weight((k + start - center + 0.5) * (1 / filterScale));
      exact[k] = weight;
      sum += weight;
    }
    for (let k = 0; k < count; k++) {
      const weight = sum === 0 ? 0 : (exact[k] as number) / sum;
      const rounding = weight < 0 ? -0.5 : 0.5;
      weights[i * taps + k] = Math.trunc(rounding + weight * (1 << PRECISION_BITS));
    }
    starts[i] = start;
    counts[i] = count;
  }
  return { taps, starts, counts, weights };
}

/** The source pixel of each output, by the running sum of `ImagingScaleAffine` in Pillow's `Geometry.c`. */
function nearestPixels({ inputSize, low, high, outputSize, first, count }: Axis): Int32Array {
  const scale = (high - low) / outputSize;
  const pixels = new Int32Array(count);
  let at = low + scale * 0.5;
  for (let i = 0; i < first + count; i++, at += scale) {
    if (i >= first) pixels[i - first] = Math.min(inputSize - 1, Math.trunc(at));
  }
  return pixels;
}

function pickNearest({ width, channels, data }: Raster, x: Axis, y: Axis): Raster {
  const columns = nearestPixels(x);
  const rows = nearestPixels(y);
  const out = new Uint8Array(columns.length * rows.length * channels);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * width + column) * channels;
      for (let c = 0; c < channels; c++) out[to++] = data[from + c] as number;
    }
  }
  return { width: columns.length, height: rows.length, channels, data: out };
}

const toByte = (sum: number) => {
  const value = sum >> PRECISION_BITS;
  return value < 0 ? 0 : Math.min(value, 255);
};

/** Rows [firstRow, firstRow + rows) of `source`, resampled along x. Math.imul keeps V8 on integers. */
function horizontal(source: Raster, axis: Taps, width: number, firstRow: number, rows: number): Raster {
  const { channels, data } = source;
  const { taps, starts, counts, weights } = axis;
  const out = new Uint8Array(width * rows * channels);
  let to = 0;
  for (let y = 0; y < rows; y++) {
    const row = (y + firstRow) * source.width * channels;
    for (let x = 0; x < width; x++) {
      const first = x * taps;
      const last = first + (counts[x] as number);
      let at = row + (starts[x] as number) * channels;
      if (channels === 1) {
        let sum = HALF;
        for (let k = first; k < last; k++, at++) sum = (sum + Math.imul(data[at] as number, weights[k] as number)) | 0;
        out[to++] = toByte(sum);
      } else {
        let red = HALF;
        let green = HALF;
        let blue = HALF;
        for (let k = first; k < last; k++, at += 3) {
          const weight = weights[k] as number;
          red = (red + Math.imul(data[at] as number, weight)) | 0;
          green = (green + Math.imul(data[at + 1] as number, weight)) | 0;
          blue = (blue + Math.imul(data[at + 2] as number, weight)) | 0;
        }
        out[to++] = toByte(red);
        out[to++] = toByte(green);
        out[to++] = toByte(blue);
      }
    }
  }
  return { width, height: rows, channels, data: out };
}

/** The same along y; `firstRow` is the position of row 0 of `source` in the frame that the taps were made for. */
function vertical(source: Raster, axis: Taps, height: number, firstRow: number): Raster {
  const { data } = source;
  const { taps, starts, counts, weights } = axis;
  const stride = source.width * source.channels;
  const out = new Uint8Array(stride * height);
  const sums = new Int32Array(stride);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    const count = counts[y] as number;
    for (let k = 0; k < count; k++) {
      const weight = weights[y * taps + k] as number;
      const row = ((starts[y] as number) + k - firstRow) * stride;
      for (let x = 0; x < stride; x++) sums[x] = ((sums[x] as number) + Math.imul(data[row + x] as number, weight)) | 0;
    }
    const to = y * stride;
    for (let x = 0; x < stride; x++) out[to + x] = toByte(sums[x] as number);
  }
  return { width: source.width, height, channels: source.channels, data: out };
}

/**
 * Resizes 8-bit images like `PIL.Image.resize(size, resample, box)`: a filter that widens when shrinking, horizontal
 * pass then vertical pass, each rounded to 8 bits; `nearest` takes one pixel. The result is identical to Pillow's.
 *
 * @throws RangeError if the box is not inside the image, the window not inside the result, or a size not whole
 */
export function resize(source: Raster, width: number, height: number, options: ResizeOptions = {}): Raster {
  const { resample = 'bilinear' } = options;
  const box = options.box ?? { left: 0, top: 0, right: source.width, bottom: source.height };
  const window = options.window ?? { left: 0, top: 0, width, height };
  check(source, width, height, box, window);
  const { left, top, right, bottom } = box;
  const x: Axis = {
    inputSize: source.width,
    low: left,
    high: right,
    outputSize: width,
    first: window.left,
    count: window.width,
  };
  const y: Axis = {
    inputSize: source.height,
    low: top,
    high: bottom,
    outputSize: height,
    first: window.top,
    count: window.height,
  };
  if (resample === 'nearest') return pickNearest(source, x, y);
  const filter = resampleFilters[resample];
  const needsHorizontal = width !== source.width || left !== 0 || right !== width || window.width !== width;
  const needsVertical = height !== source.height || top !== 0 || bottom !== height || window.height !== height;
  const yTaps = filterTaps(y, filter);
  let result = source;
  let firstRow = 0;
  if (needsHorizontal) {
    // Only the rows that the vertical pass will read.
    firstRow = yTaps.starts[0] as number;
    const lastRow = (yTaps.starts[y.count - 1] as number) + (yTaps.counts[y.count - 1] as number);
    result = horizontal(source, filterTaps(x, filter), x.count, firstRow, lastRow - firstRow);
  }
  if (needsVertical) result = vertical(result, yTaps, y.count, firstRow);
  return result === source ? { ...source, data: source.data.slice() } : result;
}

function check(source: Raster, width: number, height: number, { left, top, right, bottom }: Box, window: Window): void {
  if (!(left >= 0 && top >= 0 && right <= source.width && bottom <= source.height && left < right && top < bottom)) {
    throw new RangeError('resize: the box is not inside the image');
  }
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError('resize: the size must be whole and positive');
  }
  const isInside =
    Object.values(window).every(Number.isInteger) &&
    window.left >= 0 &&
    window.top >= 0 &&
    window.width > 0 &&
    window.height > 0 &&
    window.left + window.width <= width &&
    window.top + window.height <= height;
  if (!isInside) throw new RangeError('resize: the window is not inside the result');
}

/** `resize` with the bilinear filter. */
export const resizeBilinear = (source: Raster, width: number, height: number, box?: Box): Raster =>
  resize(source, width, height, { box });
