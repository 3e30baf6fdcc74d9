import { damaged, unsupportedImage } from '../damaged';
import type { DecodedFrame } from '../decoded-frame';
import type { ImageAttributes } from '../image-attributes';

const HEADER_BYTES = 64;

/**
 * Decodes one PackBits segment (PS3.5, G.3) into every `stride`-th byte of `output` from `start`. Requires `count`
 * bytes; padding after them is accepted.
 */
function decodeSegment(segment: Uint8Array, output: Uint8Array, start: number, stride: number, count: number): void {
  let read = 0;
  let written = 0;
  while (written < count) {
    if (read + 1 >= segment.length) throw damaged('The run-length compressed image ends too early.');
    const control = segment[read++] as number;
    if (control === 128) continue;
    const length = control < 128 ? control + 1 : 257 - control;
    const taken = Math.min(length, count - written);
    if (control < 128) {
      if (read + taken > segment.length) throw damaged('The run-length compressed image ends too early.');
      for (let index = 0; index < taken; index++)
        output[start + (written + index) * stride] = segment[read + index] as number;
      read += length;
    } else {
      const value = segment[read++] as number;
      for (let index = 0; index < taken; index++) output[start + (written + index) * stride] = value;
    }
    written += taken;
  }
}

/**
 * Decodes RLE Lossless (PS3.5, Annex G): a header of 16 little-endian uint32 (number of segments, then their offsets),
 * then one segment for each byte of each sample, most significant byte first. Bounded: writes exactly one frame.
 */
export function decodeRle(bytes: Uint8Array, image: ImageAttributes): DecodedFrame {
  const bytesPerSample = image.bitsAllocated / 8;
  if (bytesPerSample !== 1 && bytesPerSample !== 2 && bytesPerSample !== 4) {
    throw unsupportedImage(
      `The image is run-length compressed at ${image.bitsAllocated} bits per value, which Fovea does not support.`,
    );
  }
  const segments = image.samples * bytesPerSample;
  if (bytes.length < HEADER_BYTES) throw damaged('The header of the run-length compressed image is truncated.');
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  if (header.getUint32(0, true) !== segments) {
    throw damaged(`The run-length compressed image has ${header.getUint32(0, true)} segments instead of ${segments}.`);
  }
  const pixels = image.rows * image.columns;
  const output = new Uint8Array(pixels * segments);
  for (let segment = 0; segment < segments; segment++) {
    const start = header.getUint32(4 + 4 * segment, true);
    const end = segment + 1 < segments ? header.getUint32(8 + 4 * segment, true) : bytes.length;
    if (start < HEADER_BYTES || end < start || end > bytes.length) {
      throw damaged('The offsets of the run-length compressed image are damaged.');
    }
    const sample = Math.floor(segment / bytesPerSample);
    const byte = bytesPerSample - 1 - (segment % bytesPerSample);
    decodeSegment(bytes.subarray(start, end), output, sample * bytesPerSample + byte, segments, pixels);
  }
  return {
    bytes: output,
    bytesPerSample,
    planar: false,
    precision: image.bitsStored,
    shift: image.highBit + 1 - image.bitsStored,
    signExtended: false,
    photometricInterpretation:
      image.photometricInterpretation === 'YBR_FULL_422' ? 'YBR_FULL' : image.photometricInterpretation,
  };
}
