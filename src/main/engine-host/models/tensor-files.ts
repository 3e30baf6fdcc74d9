import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import {
  readSafetensorsIndex,
  type SafetensorsIndex,
  type SafetensorsLocation,
  safetensorsHeader,
  safetensorsHeaderLength,
  toFloat32,
} from '../../engine/safetensors';
import type { NamedTensors, Tensor } from '../../engine/tensor';
import { openRegularFile } from './regular-file';

/** Large arrays are written and hashed in pieces of this size. */
const CHUNK_BYTES = 8 * 1024 * 1024;

/** Writes a new file, hashes it on the way, and flushes it. Returns its SHA-256. */
async function writeAndHash(path: string, pieces: Iterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx');
  try {
    for (const piece of pieces) {
      for (let at = 0; at < piece.byteLength; at += CHUNK_BYTES) {
        const chunk = piece.subarray(at, at + CHUNK_BYTES);
        hash.update(chunk);
        await writeAll(file, chunk);
      }
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) at += (await file.write(bytes, at)).bytesWritten;
}

/** Writes a new file and flushes it. Returns its SHA-256. */
export const writeBytesFile = (path: string, bytes: Uint8Array): Promise<string> => writeAndHash(path, [bytes]);

/**
 * Writes a safetensors file tensor by tensor, to avoid a second copy of the model, and flushes it. Returns its SHA-256.
 */
export function writeTensorsFile(
  path: string,
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>> = {},
): Promise<string> {
  function* pieces() {
    yield safetensorsHeader(tensors, metadata);
    for (const { data } of tensors.values()) yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  return writeAndHash(path, pieces());
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(bytes, at, length - at, position + at);
    if (bytesRead === 0) {
      throw new FoveaError('safetensors-invalid', 'The weights file was truncated while it was being read.', {
        hint: 'Copy or download the file again.',
      });
    }
    at += bytesRead;
  }
  return bytes;
}

/** An open safetensors file with a checked header. */
export interface TensorsFile {
  readonly index: SafetensorsIndex;
  /** Reads one tensor as float32. */
  read(name: string): Promise<Tensor>;
  close(): Promise<void>;
}

/**
 * Opens an untrusted safetensors file: reads only its header, and checks it against the size of the file.
 *
 * @throws FoveaError `safetensors-invalid`, `not_a_file`
 */
export async function openTensorsFile(path: string): Promise<TensorsFile> {
  const file = await openRegularFile(path, basename(path));
  try {
    const { size } = await file.stat();
    const first = await readAt(file, 0, Math.min(8, size));
    const headerLength = safetensorsHeaderLength(first, size);
    const dataStart = 8 + headerLength;
    const index = readSafetensorsIndex(await readAt(file, 8, headerLength), size - dataStart);
    return {
      index,
      read: async (name) => {
        const place = index.locations.get(name) as SafetensorsLocation;
        const data = await readAt(file, dataStart + place.begin, place.end - place.begin);
        return toFloat32({ dtype: place.dtype, shape: place.shape, data }, name);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Reads all tensors of a file whose names `wanted` accepts. */
export async function readTensorsFile(
  path: string,
  wanted: (name: string) => boolean = () => true,
): Promise<Map<string, Tensor>> {
  const file = await openTensorsFile(path);
  try {
    const tensors = new Map<string, Tensor>();
    for (const name of file.index.locations.keys()) if (wanted(name)) tensors.set(name, await file.read(name));
    return tensors;
  } finally {
    await file.close();
  }
}

/** Returns the SHA-256 of a file of any size, in hex. */
export async function hashFile(path: string | Buffer): Promise<string> {
  const hash = createHash('sha256');
  const file = await openRegularFile(path, basename(path.toString()));
  try {
    const { size } = await file.stat();
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size + 1));
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(chunk.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
