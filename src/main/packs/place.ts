import { closeSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { encodeRaster, type Raster } from '#shared/imaging/raster';

/** Where bytes are kept: [offset, offset + length) of a file. */
export interface Place {
  /** Absolute path. */
  readonly file: string;
  readonly offset: number;
  readonly length: number;
  /** CRC-32 of the bytes; null if it was not recorded. */
  readonly checksum: number | null;
}

/** Where a canonical raster (shared/imaging/raster) is kept. */
export interface RasterPlace extends Place {
  /** Unique by the raster's source file, frame and pipeline, wherever it is kept; names what is computed from it. */
  readonly name: string;
}

/** A file of one raster, named like the file; null if there is none. */
export function rasterFile(file: string): RasterPlace | null {
  const status = statSync(file, { throwIfNoEntry: false });
  return status === undefined ? null : { name: basename(file), file, offset: 0, length: status.size, checksum: null };
}

/** Writes a file of one raster. Throws the file system's errors. */
export function writeRasterFile(file: string, raster: Raster): RasterPlace {
  const bytes = encodeRaster(raster);
  writeFileSync(file, bytes);
  return { name: basename(file), file, offset: 0, length: bytes.length, checksum: null };
}

/** Throws the file system's errors, and a plain Error if the bytes are incomplete or not those that were recorded. */
export function readPlace({ file, offset, length, checksum }: Place): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  const handle = openSync(file, 'r');
  try {
    for (let done = 0; done < length; ) {
      const count = readSync(handle, bytes, done, length - done, offset + done);
      if (count === 0) throw tooShort();
      done += count;
    }
  } finally {
    closeSync(handle);
  }
  return checked(bytes, checksum);
}

/** `readPlace` without blocking the thread. */
export async function loadPlace({ file, offset, length, checksum }: Place): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  const handle = await open(file, 'r');
  try {
    for (let done = 0; done < length; ) {
      const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
      if (bytesRead === 0) throw tooShort();
      done += bytesRead;
    }
  } finally {
    await handle.close();
  }
  return checked(bytes, checksum);
}

const tooShort = () => new Error('the file is shorter than recorded');

function checked(bytes: Buffer, checksum: number | null): Buffer {
  if (checksum !== null && crc32(bytes) !== checksum) throw new Error('the bytes are not those that were recorded');
  return bytes;
}
