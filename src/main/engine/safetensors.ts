import { FoveaError } from '#shared/ipc/errors';
import { decodeBfloat16, decodeFloat16, encodeFloat16 } from './half';
import { findDuplicateKey } from './json-keys';
import type { NamedTensors, Tensor } from './tensor';

/** Bytes per element of every dtype in the format. */
const bytesPerElement = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
} as const;
export type SafetensorsDtype = keyof typeof bytesPerElement;

export interface SafetensorsEntry {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** A view into the bytes of the file, little-endian and unaligned. */
  readonly data: Uint8Array;
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** For comparison, the header of a ViT-L has 40 kB and 400 tensors. */
const MAXIMUM_HEADER_BYTES = 8 * 2 ** 20;
const MAXIMUM_TENSORS = 20_000;
const MAXIMUM_DIMENSIONS = 8;

function invalid(reason: string, cause?: unknown): FoveaError {
  return new FoveaError('safetensors-invalid', `The weights file is not a valid safetensors file: ${reason}.`, {
    hint: 'Copy or download the file again. It may be truncated or damaged.',
    cause,
  });
}

/** Location of a tensor: `begin` and `end` count bytes from the end of the header. */
export interface SafetensorsLocation {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsIndex {
  /** In file order. */
  readonly locations: ReadonlyMap<string, SafetensorsLocation>;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Returns the length of the JSON header, from the first eight bytes of a file of `fileBytes`.
 *
 * @throws FoveaError `safetensors-invalid`
 */
export function safetensorsHeaderLength(firstBytes: Uint8Array, fileBytes: number): number {
  if (firstBytes.byteLength < 8) throw invalid('it is shorter than its own header');
  const length = new DataView(firstBytes.buffer, firstBytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(MAXIMUM_HEADER_BYTES)) throw invalid('its header is larger than 8 MiB');
  if (8 + Number(length) > fileBytes) throw invalid('its header is truncated');
  return Number(length);
}

/**
 * Reads the JSON header of a safetensors file (https://huggingface.co/docs/safetensors) followed by `dataBytes` bytes
 * of data. The file is untrusted, so everything is checked before use: no duplicate keys, shape x dtype = bytes,
 * tensors contiguous from 0 to the end of the file.
 *
 * @throws FoveaError `safetensors-invalid`
 */
export function readSafetensorsIndex(headerBytes: Uint8Array, dataBytes: number): SafetensorsIndex {
  const header = parseHeader(headerBytes);
  const metadata = new Map<string, string>();
  const entries: { name: string; dtype: SafetensorsDtype; shape: number[]; begin: number; end: number }[] = [];
  const fields = Object.entries(header);
  if (fields.length > MAXIMUM_TENSORS) throw invalid(`it names ${fields.length} tensors, more than Fovea allows`);
  for (const [name, value] of fields) {
    if (name === '__metadata__') {
      if (!isRecord(value)) throw invalid('its metadata is not a table of strings');
      for (const [key, text] of Object.entries(value)) {
        if (typeof text !== 'string') throw invalid('its metadata is not a table of strings');
        metadata.set(key, text);
      }
    } else {
      entries.push({ name, ...parseEntry(name, value) });
    }
  }

  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  const locations = new Map<string, SafetensorsLocation>();
  let position = 0;
  for (const { name, ...location } of entries) {
    if (location.begin !== position) throw invalid(`the data of ${quote(name)} overlap another tensor or leave a gap`);
    if (location.end > dataBytes) throw invalid(`the data of ${quote(name)} extend past the end of the file`);
    locations.set(name, location);
    position = location.end;
  }
  if (position !== dataBytes) throw invalid('it contains bytes that belong to no tensor');
  return { locations, metadata };
}

/**
 * Reads a whole safetensors file: u64 header length, JSON header of at most 8 MiB, data. Tensor data are views, not
 * copies.
 *
 * @throws FoveaError `safetensors-invalid`
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  const dataStart = 8 + safetensorsHeaderLength(bytes, bytes.byteLength);
  const data = bytes.subarray(dataStart);
  const { locations, metadata } = readSafetensorsIndex(bytes.subarray(8, dataStart), data.byteLength);
  const tensors = new Map<string, SafetensorsEntry>();
  for (const [name, { dtype, shape, begin, end }] of locations) {
    tensors.set(name, { dtype, shape, data: data.subarray(begin, end) });
  }
  return { tensors, metadata };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (error) {
    throw invalid('its header is not JSON', error);
  }
  if (!text.startsWith('{') || !isRecord(header)) throw invalid('its header is not a JSON object');
  const duplicate = findDuplicateKey(text);
  if (duplicate !== null) throw invalid(`its header names ${quote(duplicate)} twice`);
  return header;
}

function parseEntry(name: string, value: unknown) {
  if (!isRecord(value)) throw invalid(`the entry ${quote(name)} is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) throw invalid(`the tensor ${quote(name)} has an unknown number type`);
  if (!Array.isArray(shape) || shape.length > MAXIMUM_DIMENSIONS || !shape.every(isSize)) {
    throw invalid(`the tensor ${quote(name)} has an invalid shape`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw invalid(`the tensor ${quote(name)} has an invalid position in the file`);
  }
  const [begin, end] = offsets as [number, number];
  let expected: number = bytesPerElement[dtype];
  for (const dimension of shape as number[]) expected *= dimension;
  if (!Number.isSafeInteger(expected) || end - begin !== expected) {
    throw invalid(`the shape of ${quote(name)} does not match its size in bytes`);
  }
  return { dtype, shape: shape as number[], begin, end };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isSize = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isDtype = (value: unknown): value is SafetensorsDtype =>
  typeof value === 'string' && Object.hasOwn(bytesPerElement, value);
const quote = (name: string): string => JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);

/**
 * Copies an F64, F32, F16 or BF16 tensor to float32.
 *
 * @throws FoveaError `safetensors-dtype` for any other number type: integers and eight-bit floats are meaningless
 *   without the scales, which the program that wrote them keeps elsewhere
 */
export function toFloat32({ dtype, shape, data }: SafetensorsEntry, name: string): Tensor {
  // Not `data.slice()`, which for a Node Buffer is a view.
  const bytes = new Uint8Array(data);
  switch (dtype) {
    case 'F64':
      return { shape, data: Float32Array.from(new Float64Array(bytes.buffer)) };
    case 'F32':
      return { shape, data: new Float32Array(bytes.buffer) };
    case 'F16':
      return { shape, data: decodeFloat16(new Uint16Array(bytes.buffer)) };
    case 'BF16':
      return { shape, data: decodeBfloat16(new Uint16Array(bytes.buffer)) };
    default:
      throw new FoveaError(
        'safetensors-dtype',
        `The tensor ${quote(name)} is stored as ${dtype}, which Fovea does not read.`,
        {
          hint: 'Save the model before quantisation, as float32, float16 or bfloat16.',
        },
      );
  }
}

/** Number types that are written. */
export type WrittenDtype = 'F32' | 'F16';

/**
 * Returns the bytes of a safetensors file with all tensors as F32, or rounded to F16, in the order of the map; the data
 * start at a multiple of 8 bytes, as the reference writer aligns them.
 */
export function writeSafetensors(
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>> = {},
  dtype: WrittenDtype = 'F32',
): Uint8Array {
  const header = safetensorsHeader(tensors, metadata, dtype);
  let size = header.byteLength;
  for (const { data } of tensors.values()) size += data.length * bytesPerElement[dtype];
  const bytes = new Uint8Array(size);
  bytes.set(header);
  let offset = header.byteLength;
  for (const { data } of tensors.values()) {
    const values = dtype === 'F16' ? encodeFloat16(data) : data;
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    offset += values.byteLength;
  }
  return bytes;
}

/** Returns everything before the data of such a file, for writers that send large tensors one by one. */
export function safetensorsHeader(
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>> = {},
  dtype: WrittenDtype = 'F32',
): Uint8Array {
  const entries: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) entries.push(['__metadata__', metadata]);
  let position = 0;
  for (const [name, { shape, data }] of tensors) {
    if (name === '__metadata__' || name === '__proto__') throw new Error(`no tensor can be named ${name}`);
    if (shape.reduce((size, dimension) => size * dimension, 1) !== data.length) {
      throw new Error(`the shape of ${name} does not match its data`);
    }
    const end = position + data.length * bytesPerElement[dtype];
    entries.push([name, { dtype, shape, data_offsets: [position, end] }]);
    position = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const dataStart = 8 + Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(dataStart).fill(0x20, 8 + json.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataStart - 8), true);
  bytes.set(json, 8);
  return bytes;
}
