import { deflateSync, inflateSync } from 'node:zlib';
import { FoveaError } from '#shared/ipc/errors';

/** IHDR (PNG 3rd edition, 11.2.1). */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits per sample. */
  readonly depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha. */
  readonly colourType: number;
  readonly interlaced: boolean;
}

/** Consecutive rows of packed pixels, each after its filter byte. */
export interface PngRows {
  readonly bytes: Buffer;
  /** Without the filter byte. */
  readonly rowBytes: number;
}

export function damagedPng(): FoveaError {
  return new FoveaError('damaged', 'The PNG file is damaged: its chunks are out of order.');
}

const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

export function bitsPerPixel({ depth, colourType }: PngHeader): number {
  return depth * (CHANNELS[colourType] ?? 1);
}

/** Starts and steps of the seven passes (PNG, 8.1): x, y, x step, y step. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Maximum inflated bytes beyond the image; more would be a decompression bomb. */
const MAX_SURPLUS_BYTES = 2 ** 20;

/**
 * Reads the pixels of IDAT chunks, unfiltered and deinterlaced. `surplus`: the data held more than the image.
 * @throws FoveaError `damaged`
 */
export function readRows(header: PngHeader, data: Buffer): { readonly rows: PngRows; readonly surplus: boolean } {
  const bits = bitsPerPixel(header);
  const rowBytes = Math.ceil((header.width * bits) / 8);
  const passes = header.interlaced
    ? ADAM7.map(([x, y, across, down]) => ({
        x,
        y,
        across,
        down,
        width: Math.ceil((header.width - x) / across),
        height: Math.ceil((header.height - y) / down),
      })).filter(({ width, height }) => width > 0 && height > 0)
    : [{ x: 0, y: 0, across: 1, down: 1, width: header.width, height: header.height }];
  const size = passes.reduce((sum, { width, height }) => sum + height * (1 + Math.ceil((width * bits) / 8)), 0);
  const inflated = inflate(data, size);
  if (inflated.bytes.length < size) throw damagedPng();
  const surplus = inflated.more || inflated.bytes.length > size;
  if (!header.interlaced) {
    const bytes = inflated.bytes.subarray(0, size);
    if (!unfilter(bytes, rowBytes, header.height, bits)) throw damagedPng();
    return { rows: { bytes, rowBytes }, surplus };
  }
  const rows = { bytes: Buffer.alloc(header.height * (1 + rowBytes)), rowBytes };
  let at = 0;
  for (const { x, y, across, down, width, height } of passes) {
    const passBytes = Math.ceil((width * bits) / 8);
    const pass = inflated.bytes.subarray(at, at + height * (1 + passBytes));
    at += pass.length;
    if (!unfilter(pass, passBytes, height, bits)) throw damagedPng();
    for (let row = 0; row < height; row++) {
      const from = pass.subarray(row * (1 + passBytes) + 1);
      const start = (y + row * down) * (1 + rowBytes) + 1;
      for (let column = 0; column < width; column++) {
        copyPixel(from, column, rows.bytes, start, x + column * across, bits);
      }
    }
  }
  return { rows, surplus };
}

/** Exactly `size` bytes; null if the data are damaged, or hold more or fewer. */
export function inflateRows(data: Buffer, size: number): Buffer | null {
  try {
    // One output buffer instead of many small ones; one byte more shows that there would be more.
    const bytes = inflateSync(data, { chunkSize: Math.max(64, size + 1), maxOutputLength: size + 1 });
    return bytes.length === size ? bytes : null;
  } catch {
    return null;
  }
}

/** Data after the compressed stream is neither read nor written. */
function inflate(data: Buffer, size: number): { readonly bytes: Buffer; readonly more: boolean } {
  try {
    const { buffer, engine } = inflateSync(data, {
      info: true,
      maxOutputLength: size + MAX_SURPLUS_BYTES,
    }) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    return { bytes: buffer, more: engine.bytesWritten < data.length };
  } catch (error) {
    throw new FoveaError('damaged', 'The PNG file is damaged: its image cannot be decompressed.', { cause: error });
  }
}

function copyPixel(from: Buffer, column: number, to: Buffer, start: number, target: number, bits: number): void {
  if (bits >= 8) {
    const bytes = bits / 8;
    for (let byte = 0; byte < bytes; byte++) to[start + target * bytes + byte] = from[column * bytes + byte] as number;
    return;
  }
  const value = ((from[(column * bits) >> 3] as number) >> (8 - bits - ((column * bits) & 7))) & (2 ** bits - 1);
  const at = start + ((target * bits) >> 3);
  to[at] = (to[at] as number) | (value << (8 - bits - ((target * bits) & 7)));
}

/** The neighbour nearest to left + above - corner (PNG, 9.4). */
function paeth(left: number, above: number, corner: number): number {
  const a = Math.abs(above - corner);
  const b = Math.abs(left - corner);
  const c = Math.abs(left + above - 2 * corner);
  return a <= b && a <= c ? left : b <= c ? above : corner;
}

/**
 * Adds each row's filter prediction (PNG, 9.2), in place, and sets the filters to none. False if a row has an unknown
 * filter.
 */
export function unfilter(bytes: Uint8Array, rowBytes: number, height: number, bits: number): boolean {
  const step = Math.max(1, bits >> 3);
  let above: Uint8Array = new Uint8Array(rowBytes);
  for (let row = 0; row < height; row++) {
    const start = row * (1 + rowBytes);
    const filter = bytes[start] as number;
    const current = bytes.subarray(start + 1, start + 1 + rowBytes);
    if (filter === 1) addLeft(current, step);
    else if (filter === 2) addAbove(current, above);
    else if (filter === 3) addMean(current, above, step);
    else if (filter === 4) addPaeth(current, above, step);
    else if (filter !== 0) return false;
    bytes[start] = 0;
    above = current;
  }
  return true;
}

function addLeft(row: Uint8Array, step: number): void {
  for (let at = step; at < row.length; at++) row[at] = (row[at] as number) + (row[at - step] as number);
}

function addAbove(row: Uint8Array, above: Uint8Array): void {
  for (let at = 0; at < row.length; at++) row[at] = (row[at] as number) + (above[at] as number);
}

function addMean(row: Uint8Array, above: Uint8Array, step: number): void {
  const first = Math.min(step, row.length);
  for (let at = 0; at < first; at++) row[at] = (row[at] as number) + ((above[at] as number) >> 1);
  for (let at = step; at < row.length; at++) {
    row[at] = (row[at] as number) + (((row[at - step] as number) + (above[at] as number)) >> 1);
  }
}

function addPaeth(row: Uint8Array, above: Uint8Array, step: number): void {
  const first = Math.min(step, row.length);
  // Without a left neighbour and corner, the nearest is the one above.
  for (let at = 0; at < first; at++) row[at] = (row[at] as number) + (above[at] as number);
  for (let at = step; at < row.length; at++) {
    const predicted = paeth(row[at - step] as number, above[at] as number, above[at - step] as number);
    row[at] = (row[at] as number) + predicted;
  }
}

/**
 * Encodes the content of an IDAT chunk without interlacing: palettes and depths below eight bits unfiltered, the rest
 * with the Paeth filter, which suits most images (PNG, 12.7). Filters the rows in place.
 */
export function writeRows({ bytes, rowBytes }: PngRows, header: PngHeader): Buffer {
  const { height, depth, colourType } = header;
  if (colourType === 3 || depth < 8) return pack(bytes);
  const step = bitsPerPixel(header) >> 3;
  const none = Buffer.alloc(rowBytes);
  // From the bottom right, because each byte is predicted from those above and to the left.
  for (let row = height - 1; row >= 0; row--) {
    const start = row * (1 + rowBytes);
    bytes[start] = 4;
    const current = bytes.subarray(start + 1, start + 1 + rowBytes);
    const above: Buffer = row === 0 ? none : bytes.subarray(start - rowBytes, start);
    for (let at = rowBytes - 1; at >= 0; at--) {
      const left = at < step ? 0 : (current[at - step] as number);
      const corner = at < step ? 0 : (above[at - step] as number);
      current[at] = (current[at] as number) - paeth(left, above[at] as number, corner);
    }
  }
  return pack(bytes);
}

/** Sampling to detect noise, which does not compress but takes most of the time in the search for repetitions. */
const SAMPLES = 16;
const SAMPLE_BYTES = 16_384;
const NOISE_RATIO = 0.98;

/** Encodes a zlib stream, uncompressed if samples from the whole image hardly compress. */
function pack(bytes: Buffer): Buffer {
  if (bytes.length <= SAMPLES * SAMPLE_BYTES) return deflateSync(bytes);
  const step = Math.floor((bytes.length - SAMPLE_BYTES) / (SAMPLES - 1));
  const samples = Buffer.concat(
    Array.from({ length: SAMPLES }, (_, index) => bytes.subarray(index * step, index * step + SAMPLE_BYTES)),
  );
  const isNoise = deflateSync(samples, { level: 1 }).length > NOISE_RATIO * samples.length;
  return deflateSync(bytes, isNoise ? { level: 0 } : {});
}
