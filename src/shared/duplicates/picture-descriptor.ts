import { toGrey } from '../imaging/grey';
import type { Raster } from '../imaging/raster';
import { resizeBilinear } from '../imaging/resize';

/** Side of the grey thumbnail that is described. */
export const THUMBNAIL_SIDE = 64;
/** Side of the block of low frequencies kept of its cosine transform. */
export const BLOCK = 16;
/** Frequencies below this in both directions are layout and lighting; the rest is detail. */
const LOW = 4;
/** Frequencies from this on represent the finer ones that are not kept. */
const HIGH = 10;

/**
 * Indices (row * BLOCK + column) within the block without its mean: first the low frequencies, then middle, then high.
 */
export const places: readonly number[] = Array.from({ length: BLOCK * BLOCK - 1 }, (_, index) => index + 1).sort(
  (a, b) => band(a) - band(b) || diagonal(a) - diagonal(b) || a - b,
);
export const LOW_COUNT = LOW * LOW - 1;
export const MIDDLE_COUNT = HIGH * HIGH - LOW * LOW;
export const COEFFICIENTS = places.length;

const VERSION = 1;
const HEADER_BYTES = 13;
export const DESCRIPTOR_BYTES = HEADER_BYTES + COEFFICIENTS;

/** A thumbnail whose grey values vary by less than this (standard deviation) has nothing to compare. */
const FLAT_DEVIATION = 1;

function band(place: number): number {
  const largest = Math.max(Math.floor(place / BLOCK), place % BLOCK);
  return largest < LOW ? 0 : largest < HIGH ? 1 : 2;
}
function diagonal(place: number): number {
  return Math.floor(place / BLOCK) + (place % BLOCK);
}

/** [BLOCK, THUMBNAIL_SIDE]: the first rows of the orthonormal DCT-II. */
const cosines = Float64Array.from({ length: BLOCK * THUMBNAIL_SIDE }, (_, index) => {
  const frequency = Math.floor(index / THUMBNAIL_SIDE);
  const x = index % THUMBNAIL_SIDE;
  const scale = Math.sqrt((frequency === 0 ? 1 : 2) / THUMBNAIL_SIDE);
  return scale * Math.cos((Math.PI * (x + 0.5) * frequency) / THUMBNAIL_SIDE);
});

/**
 * Describes the appearance of a picture in 268 bytes: the 16 x 16 low frequencies (without the mean) of the
 * two-dimensional discrete cosine transform of its 64 x 64 grey thumbnail, normalised, as signed bytes with one scale
 * for layout and one for detail. Brightness and contrast drop out. The idea is that of perceptual hashes (Zauner,
 * "Implementation and benchmarking of perceptual image hash functions", 2010), but keeps values instead of signs.
 *
 * Bytes: version (1), share of the thumbnail's deviation within the block (float32, 0 for a flat picture), scales of
 * the low and of the other coefficients (float32 each, little endian), then the coefficients.
 */
export function describePicture(raster: Raster): Uint8Array {
  const thumbnail = resizeBilinear(toGrey(raster), THUMBNAIL_SIDE, THUMBNAIL_SIDE).data;
  const bytes = new Uint8Array(DESCRIPTOR_BYTES);
  bytes[0] = VERSION;
  const norm = deviationNorm(thumbnail);
  if (norm < FLAT_DEVIATION * THUMBNAIL_SIDE) return bytes;
  const block = lowFrequencies(thumbnail);
  const values = Float64Array.from(places, (place) => (block[place] ?? 0) / norm);
  const header = new DataView(bytes.buffer);
  header.setFloat32(1, Math.min(1, Math.hypot(...values)), true);
  for (const [offset, from, to] of [
    [5, 0, LOW_COUNT],
    [9, LOW_COUNT, COEFFICIENTS],
  ] as const) {
    const largest = values.subarray(from, to).reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const scale = Math.fround(largest / 127);
    header.setFloat32(offset, scale, true);
    for (let index = from; index < to; index++) {
      header.setInt8(HEADER_BYTES + index, scale === 0 ? 0 : Math.round((values[index] ?? 0) / scale));
    }
  }
  return bytes;
}

/** A parsed descriptor: coefficients in bytes and their scales. */
export interface PictureDescriptor {
  /** Low, middle, high. */
  readonly coefficients: Int8Array;
  /** Scales that give the whole block a norm of 1. */
  readonly lowScale: number;
  readonly detailScale: number;
  /** Norms of the detail and of the high frequencies within the block of norm 1. */
  readonly detailNorm: number;
  readonly highNorm: number;
  /** Norms of the block and of the remainder in a thumbnail of norm 1. */
  readonly share: number;
  readonly rest: number;
}

/** Null for a flat picture, and for bytes that are not a descriptor of this version. */
export function readDescriptor(bytes: Uint8Array): PictureDescriptor | null {
  if (bytes.length !== DESCRIPTOR_BYTES || bytes[0] !== VERSION) return null;
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const share = header.getFloat32(1, true);
  const coefficients = new Int8Array(bytes.slice(HEADER_BYTES).buffer);
  const low = normOf(coefficients, 0, LOW_COUNT) * header.getFloat32(5, true);
  const detail = normOf(coefficients, LOW_COUNT, COEFFICIENTS) * header.getFloat32(9, true);
  const high = normOf(coefficients, LOW_COUNT + MIDDLE_COUNT, COEFFICIENTS) * header.getFloat32(9, true);
  const norm = Math.hypot(low, detail);
  if (!(share > 0 && share <= 1 && norm > 0 && Number.isFinite(norm))) return null;
  return {
    coefficients,
    lowScale: header.getFloat32(5, true) / norm,
    detailScale: header.getFloat32(9, true) / norm,
    detailNorm: detail / norm,
    highNorm: high / norm,
    share,
    rest: Math.sqrt(1 - share * share),
  };
}

function normOf(values: Int8Array, from: number, to: number): number {
  let sum = 0;
  for (let index = from; index < to; index++) sum += (values[index] as number) ** 2;
  return Math.sqrt(sum);
}

/** Norm of the values minus their mean. */
function deviationNorm(values: Uint8Array): number {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  return Math.sqrt(Math.max(0, squares - (sum * sum) / values.length));
}

/** [BLOCK, BLOCK] of the DCT-II of a [THUMBNAIL_SIDE, THUMBNAIL_SIDE] picture. */
function lowFrequencies(pixels: Uint8Array): Float64Array {
  const rows = new Float64Array(THUMBNAIL_SIDE * BLOCK);
  for (let y = 0; y < THUMBNAIL_SIDE; y++) {
    for (let u = 0; u < BLOCK; u++) {
      let sum = 0;
      for (let x = 0; x < THUMBNAIL_SIDE; x++) {
        sum += (pixels[y * THUMBNAIL_SIDE + x] as number) * (cosines[u * THUMBNAIL_SIDE + x] as number);
      }
      rows[y * BLOCK + u] = sum;
    }
  }
  const block = new Float64Array(BLOCK * BLOCK);
  for (let v = 0; v < BLOCK; v++) {
    for (let u = 0; u < BLOCK; u++) {
      let sum = 0;
      for (let y = 0; y < THUMBNAIL_SIDE; y++) {
        sum += (rows[y * BLOCK + u] as number) * (cosines[v * THUMBNAIL_SIDE + y] as number);
      }
      block[v * BLOCK + u] = sum;
    }
  }
  return block;
}
