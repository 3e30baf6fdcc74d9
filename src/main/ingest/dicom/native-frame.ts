import type { DataSet, Element } from 'dicom-parser';
import { truncated } from './damaged';
import type { DecodedFrame } from './decoded-frame';
import type { ImageAttributes } from './image-attributes';
import { EXPLICIT_BIG_ENDIAN } from './transfer-syntax';

/** Bits of bit-packed frames (PS3.5, 8.1.1: Bits Allocated 1), least significant first; frames need not start on a byte. */
function unpackBits(bytes: Uint8Array, firstBit: number, count: number): Uint8Array {
  const values = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    const bit = firstBit + index;
    values[index] = ((bytes[bit >> 3] as number) >> (bit & 7)) & 1;
  }
  return values;
}

/** Y1 Y2 Cb Cr → Y1 Cb Cr, Y2 Cb Cr (PS3.3, C.7.6.3.1.2): colour is shared by two neighbours in a row. */
function expand422(bytes: Uint8Array, pixels: number): Uint8Array {
  const values = new Uint8Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const pair = (pixel >> 1) * 4;
    values[3 * pixel] = bytes[pair + (pixel & 1)] as number;
    values[3 * pixel + 1] = bytes[pair + 2] as number;
    values[3 * pixel + 2] = bytes[pair + 3] as number;
  }
  return values;
}

/** Reverses the bytes of each value; odd bytes at the end stay. */
export function swapBytes(bytes: Uint8Array, size: number): Uint8Array {
  // Not `slice`, which of a Buffer is a view: the file's own bytes would be reversed.
  const swapped = new Uint8Array(bytes);
  for (let start = 0; start + size <= swapped.length; start += size) swapped.subarray(start, start + size).reverse();
  return swapped;
}

/** How uncompressed pixel data lie in their element. */
export interface NativeLayout {
  /** Of the element, as far as the file reaches. */
  readonly bytes: Uint8Array;
  readonly frameBits: number;
  /** Two neighbours share their colour (PS3.3, C.7.6.3.1.2). */
  readonly packed422: boolean;
  /** Bytes that lie in reversed order together; 1: none do. 8-bit values in words (VR OW) lie swapped in big-endian files. */
  readonly wordSize: number;
}

/** Some writers say 4:2:2 of data that are not: the length tells. */
export function nativeLayout(
  dataSet: DataSet,
  pixelData: Element,
  image: ImageAttributes,
  transferSyntax: string,
): NativeLayout {
  const { rows, columns, samples, bitsAllocated, frames } = image;
  const pixels = rows * columns;
  const available = Math.min(pixelData.length, dataSet.byteArray.length - pixelData.dataOffset);
  const fullBits = pixels * samples * bitsAllocated;
  const packed422 =
    image.photometricInterpretation === 'YBR_FULL_422' &&
    samples === 3 &&
    bitsAllocated === 8 &&
    available * 8 < fullBits * frames;
  const bytesPerSample = Math.ceil(bitsAllocated / 8);
  const bigEndian = transferSyntax === EXPLICIT_BIG_ENDIAN && bitsAllocated > 1;
  return {
    bytes: dataSet.byteArray.subarray(pixelData.dataOffset, pixelData.dataOffset + available),
    frameBits: packed422 ? pixels * 16 : fullBits,
    packed422,
    wordSize: bigEndian ? (bytesPerSample === 1 ? (pixelData.vr === 'OW' ? 2 : 1) : bytesPerSample) : 1,
  };
}

/**
 * One frame of uncompressed pixel data. Errors: `truncated`, when the element ends before the frame does.
 */
export function readNativeFrame(
  dataSet: DataSet,
  pixelData: Element,
  image: ImageAttributes,
  transferSyntax: string,
  frame: number,
): DecodedFrame {
  const { rows, columns, bitsAllocated } = image;
  const pixels = rows * columns;
  const { bytes: all, frameBits, packed422, wordSize } = nativeLayout(dataSet, pixelData, image, transferSyntax);
  const available = all.length;
  const declared = image.photometricInterpretation;
  if ((frame + 1) * frameBits > available * 8) {
    throw truncated(
      `The file ends inside its image: ${available} of ${Math.ceil((frameBits * image.frames) / 8)} bytes are there.`,
    );
  }
  const common = {
    precision: image.bitsStored,
    shift: image.highBit + 1 - image.bitsStored,
    signExtended: false,
    planar: image.planar,
    photometricInterpretation: declared === 'YBR_FULL_422' ? 'YBR_FULL' : declared,
  };
  if (bitsAllocated === 1) {
    const bits = unpackBits(all, frame * frameBits, frameBits);
    return { ...common, bytes: bits, bytesPerSample: 1, shift: 0, precision: 1 };
  }
  const bytesPerSample = (bitsAllocated / 8) as 1 | 2 | 4 | 8;
  const start = (frame * frameBits) / 8;
  const bytes =
    wordSize === 2 && bytesPerSample === 1
      ? swapBytes(all, 2).subarray(start, start + frameBits / 8)
      : wordSize > 1
        ? swapBytes(all.subarray(start, start + frameBits / 8), wordSize)
        : all.subarray(start, start + frameBits / 8);
  if (packed422) return { ...common, bytes: expand422(bytes, pixels), bytesPerSample: 1, planar: false };
  return { ...common, bytes, bytesPerSample };
}
