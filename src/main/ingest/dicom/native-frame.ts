import type { DataSet, Element } from 'dicom-parser';
import { damaged, truncated, unsupportedImage } from './damaged';
import type { DecodedFrame } from './decoded-frame';
import { frameCountNote } from './frame-count-note';
import type { ImageAttributes } from './image-attributes';
import type { Notes } from './notes';
import { EXPLICIT_BIG_ENDIAN } from './transfer-syntax';

/**
 * Unpacks bit-packed frames (PS3.5, 8.1.1: Bits Allocated 1), least significant bit first; frames need not start on a
 * byte.
 */
function unpackBits(bytes: Uint8Array, firstBit: number, count: number): Uint8Array {
  const values = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    const bit = firstBit + index;
    values[index] = ((bytes[bit >> 3] as number) >> (bit & 7)) & 1;
  }
  return values;
}

/** Expands Y1 Y2 Cb Cr to Y1 Cb Cr, Y2 Cb Cr (PS3.3, C.7.6.3.1.2): horizontal neighbours share their colour. */
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

/** Reverses the bytes of each value; an incomplete value at the end is unchanged. */
export function swapBytes(bytes: Uint8Array, size: number): Uint8Array {
  // Not `slice`: on a Buffer it returns a view, and the file's own bytes would be reversed.
  const swapped = new Uint8Array(bytes);
  for (let start = 0; start + size <= swapped.length; start += size) swapped.subarray(start, start + size).reverse();
  return swapped;
}

/** Bytes of the element present in the file: its declared length may extend past the end. */
function availableBytes(dataSet: DataSet, pixelData: Element): number {
  return Math.max(0, Math.min(pixelData.length, dataSet.byteArray.length - pixelData.dataOffset));
}

/**
 * Size of one frame in bits. Some writers declare 4:2:2 for data that is not subsampled, so the length decides.
 * @throws FoveaError `unsupported_image`
 */
function frameLayout(
  image: ImageAttributes,
  available: number,
): { readonly bits: number; readonly packed422: boolean } {
  const { rows, columns, samples, bitsAllocated, photometricInterpretation: declared } = image;
  const pixels = rows * columns;
  const bits = pixels * samples * bitsAllocated;
  const reduced = samples === 3 && bitsAllocated === 8 && available * 8 < bits * image.frames;
  if (reduced && (declared === 'YBR_FULL_422' || declared === 'YBR_PARTIAL_422')) {
    return { bits: pixels * 16, packed422: true };
  }
  if (reduced && declared === 'YBR_PARTIAL_420' && available * 8 >= pixels * 12 * image.frames) {
    throw unsupportedImage('The image is uncompressed with 4:2:0 colour subsampling, which Fovea does not support.');
  }
  return { bits, packed422: false };
}

/** Layout of uncompressed pixel data. */
export interface NativeLayout {
  /** The element's bytes that are present in the file. */
  readonly bytes: Uint8Array;
  readonly frameBits: number;
  /** Horizontal neighbours share their colour (PS3.3, C.7.6.3.1.2). */
  readonly packed422: boolean;
  /**
   * Size in bytes of the units stored in reverse order; 1: none. In big-endian files 8-bit values in words (VR OW) are
   * swapped.
   */
  readonly wordSize: number;
}

/** @throws FoveaError `unsupported_image` */
export function nativeLayout(
  dataSet: DataSet,
  pixelData: Element,
  image: ImageAttributes,
  transferSyntax: string,
): NativeLayout {
  const available = availableBytes(dataSet, pixelData);
  const { bits: frameBits, packed422 } = frameLayout(image, available);
  const bytesPerSample = Math.ceil(image.bitsAllocated / 8);
  const bigEndian = transferSyntax === EXPLICIT_BIG_ENDIAN && image.bitsAllocated > 1;
  return {
    bytes: dataSet.byteArray.subarray(pixelData.dataOffset, pixelData.dataOffset + available),
    frameBits,
    packed422,
    wordSize: bigEndian ? (bytesPerSample === 1 ? (pixelData.vr === 'OW' ? 2 : 1) : bytesPerSample) : 1,
  };
}

/**
 * Number of readable frames: the declared number if the pixel data holds at least as many, else the number it holds. A
 * mismatch is noted. `cut`: the file is truncated, so missing frames are lost rather than miscounted.
 */
export function countNativeFrames(
  dataSet: DataSet,
  pixelData: Element,
  image: ImageAttributes,
  cut: boolean,
  notes: Notes,
): number {
  const available = availableBytes(dataSet, pixelData);
  const { bits } = frameLayout(image, available);
  const whole = Math.floor((available * 8) / bits);
  const bytesOf = (frames: number) => Math.ceil((frames * bits) / 8);
  const { declaredFrames: declared } = image;
  const shortElement = pixelData.dataOffset + pixelData.length <= dataSet.byteArray.length && !cut;
  if (declared === null && whole > 1 && available - bytesOf(whole) <= 1) {
    notes.add(frameCountNote(declared, whole));
    return whole;
  }
  if (declared !== null && whole > declared) {
    notes.add(frameCountNote(declared, whole));
    return declared;
  }
  if (declared !== null && whole > 0 && whole < declared && shortElement) {
    notes.add(frameCountNote(declared, whole));
    return whole;
  }
  const longer = available - bytesOf(image.frames);
  // A single byte pads an odd length.
  if (longer > 1) notes.add(`The pixel data is ${longer} bytes longer than the image; the rest is ignored.`);
  return image.frames;
}

/**
 * Reads one frame of uncompressed pixel data.
 * @throws FoveaError `truncated` if the file ends within the frame, `damaged` if only the element does,
 * `unsupported_image`
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
    const wanted = Math.ceil((frameBits * (frame + 1)) / 8);
    throw available < pixelData.length
      ? truncated(`The file ends inside its image: only ${available} of ${wanted} bytes are present.`)
      : damaged(`The pixel data is too short for the image: only ${available} of ${wanted} bytes are present.`);
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
