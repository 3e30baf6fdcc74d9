/**
 * A canonical raster: 8-bit pixels, interleaved, one (grey) or three (RGB) channels. Ingestion produces it from a
 * frame, and the engine sees nothing else of the frame.
 */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** [height, width, channels] */
  readonly data: Uint8Array;
}

const MAGIC = 0x31415246; // "FRA1", little endian
const HEADER_BYTES = 16;

/** Serialises a raster: magic, width, height, channels as little-endian uint32, then the pixels. */
export function encodeRaster(raster: Raster): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + raster.data.length);
  const header = new DataView(bytes.buffer);
  header.setUint32(0, MAGIC, true);
  header.setUint32(4, raster.width, true);
  header.setUint32(8, raster.height, true);
  header.setUint32(12, raster.channels, true);
  bytes.set(raster.data, HEADER_BYTES);
  return bytes;
}

/** Throws a plain Error if the bytes are not a complete raster, whereupon the cache is rebuilt. */
export function decodeRaster(bytes: Uint8Array): Raster {
  if (bytes.length < HEADER_BYTES) throw new Error('raster: too short');
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const width = header.getUint32(4, true);
  const height = header.getUint32(8, true);
  const channels = header.getUint32(12, true);
  if (header.getUint32(0, true) !== MAGIC || (channels !== 1 && channels !== 3)) throw new Error('raster: bad header');
  const data = bytes.subarray(HEADER_BYTES);
  if (data.length !== width * height * channels) throw new Error('raster: wrong length');
  return { width, height, channels, data };
}
