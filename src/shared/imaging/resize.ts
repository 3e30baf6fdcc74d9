import type { Raster } from './raster';

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

/** The taps of one axis: output i reads `counts[i]` samples from `starts[i]` on, with `weights[i * taps + k]`. */
interface Taps {
  readonly taps: number;
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  readonly weights: Int32Array;
}

const triangle = (x: number) => (x < 0 ? Math.max(0, 1 + x) : Math.max(0, 1 - x));

/**
 * The triangle filter over `scale` input pixels, normalised and rounded to fixed point: `precompute_coeffs` and
 * `normalize_coeffs_8bpc` of Pillow's `Resample.c`, reimplemented from its arithmetic.
 */
function bilinearTaps(inputSize: number, low: number, high: number, outputSize: number): Taps {
  const scale = (high - low) / outputSize;
  const filterScale = Math.max(scale, 1);
  const support = filterScale;
  const taps = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(outputSize);
  const counts = new Int32Array(outputSize);
  const weights = new Int32Array(outputSize * taps);
  const exact = new Float64Array(taps);
  for (let i = 0; i < outputSize; i++) {
    const center = low + (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(inputSize, Math.trunc(center + support + 0.5)) - start;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const weight = triangle((k + start - center + 0.5) * (1 / filterScale));
      exact[k] = weight;
      sum += weight;
    }
    for (let k = 0; k < count; k++) {
      const weight = sum === 0 ? 0 : (exact[k] as number) / sum;
      weights[i * taps + k] = Math.trunc(0.5 + weight * (1 << PRECISION_BITS));
    }
    starts[i] = start;
    counts[i] = count;
  }
  return { taps, starts, counts, weights };
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
 * Resizes 8-bit images like `PIL.Image.resize(size, BILINEAR, box)`: a triangle filter that widens when shrinking,
 * horizontal pass then vertical pass, each rounded to 8 bits. The result is identical to Pillow's.
 */
export function resizeBilinear(source: Raster, width: number, height: number, box?: Box): Raster {
  const { left, top, right, bottom } = box ?? { left: 0, top: 0, right: source.width, bottom: source.height };
  if (!(left >= 0 && top >= 0 && right <= source.width && bottom <= source.height && left < right && top < bottom)) {
    throw new RangeError('resize: the box is not inside the image');
  }
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError('resize: the size must be whole and positive');
  }
  const needsHorizontal = width !== source.width || left !== 0 || right !== width;
  const needsVertical = height !== source.height || top !== 0 || bottom !== height;
  const yTaps = bilinearTaps(source.height, top, bottom, height);
  let result = source;
  let firstRow = 0;
  if (needsHorizontal) {
    const xTaps = bilinearTaps(source.width, left, right, width);
    // Only the rows that the vertical pass will read.
    firstRow = yTaps.starts[0] as number;
    const lastRow = (yTaps.starts[height - 1] as number) + (yTaps.counts[height - 1] as number);
    result = horizontal(source, xTaps, width, firstRow, lastRow - firstRow);
  }
  if (needsVertical) result = vertical(result, yTaps, height, firstRow);
  return result === source ? { ...source, data: source.data.slice() } : result;
}
