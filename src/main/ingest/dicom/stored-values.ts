import type { DecodedFrame } from './decoded-frame';
import type { ImageAttributes } from './image-attributes';

export type ValueArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Stored values of one frame, interleaved: [rows, columns, samples]. */
export interface StoredValues {
  readonly rows: number;
  readonly columns: number;
  readonly samples: 1 | 3;
  /** NumPy name of the type implied by Bits Allocated and Pixel Representation. */
  readonly dtype: string;
  readonly values: ValueArray;
  readonly photometricInterpretation: string;
}

function allocate(image: ImageAttributes, length: number): { readonly dtype: string; readonly values: ValueArray } {
  const { bitsAllocated, signed } = image;
  if (image.float) {
    return bitsAllocated === 64
      ? { dtype: 'float64', values: new Float64Array(length) }
      : { dtype: 'float32', values: new Float32Array(length) };
  }
  if (bitsAllocated <= 8) {
    return signed
      ? { dtype: 'int8', values: new Int8Array(length) }
      : { dtype: 'uint8', values: new Uint8Array(length) };
  }
  if (bitsAllocated === 16) {
    return signed
      ? { dtype: 'int16', values: new Int16Array(length) }
      : { dtype: 'uint16', values: new Uint16Array(length) };
  }
  return signed
    ? { dtype: 'int32', values: new Int32Array(length) }
    : { dtype: 'uint32', values: new Uint32Array(length) };
}

function reader(frame: DecodedFrame, float: boolean): (index: number) => number {
  const { bytes } = frame;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (float) {
    return frame.bytesPerSample === 8
      ? (index) => view.getFloat64(8 * index, true)
      : (index) => view.getFloat32(4 * index, true);
  }
  if (frame.bytesPerSample === 1) return (index) => bytes[index] as number;
  return frame.bytesPerSample === 2
    ? (index) => view.getUint16(2 * index, true)
    : (index) => view.getUint32(4 * index, true);
}

/** Fast path for the common case: unsigned, 8 bits used, interleaved. */
function copyPlain(frame: DecodedFrame, image: ImageAttributes, values: ValueArray): boolean {
  const plain = !image.signed && !image.float && !frame.planar && frame.shift === 0;
  if (!plain || frame.bytesPerSample !== 1 || frame.precision !== 8 || frame.bytes.length < values.length) return false;
  values.set(frame.bytes.subarray(0, values.length));
  return true;
}

/**
 * Converts bytes to values (PS3.5, 8.1.1): the bits from High Bit down to High Bit + 1 - Bits Stored, sign-extended if
 * Pixel Representation is 1; other bits are garbage and dropped. The result is interleaved, pixel by pixel.
 */
export function toStoredValues(frame: DecodedFrame, image: ImageAttributes): StoredValues {
  const { rows, columns, samples } = image;
  const pixels = rows * columns;
  const length = pixels * samples;
  const { dtype, values } = allocate(image, length);
  const { photometricInterpretation } = frame;
  const result = { rows, columns, samples, dtype, values, photometricInterpretation };
  if (copyPlain(frame, image, values)) return result;
  const read = reader(frame, image.float);
  const containerBits = 8 * frame.bytesPerSample;
  // A decoder that extended the sign filled its container; the same pair of shifts extends it to 32 bits.
  const bits = frame.signExtended && image.signed ? containerBits : frame.precision;
  const up = 32 - bits;
  const source = frame.planar && samples === 3 ? (index: number) => (index % 3) * pixels + Math.floor(index / 3) : null;
  for (let index = 0; index < length; index++) {
    const raw = read(source === null ? index : source(index));
    if (image.float) values[index] = raw;
    else {
      const shifted = (raw >>> frame.shift) << up;
      values[index] = image.signed ? shifted >> up : shifted >>> up;
    }
  }
  return result;
}
