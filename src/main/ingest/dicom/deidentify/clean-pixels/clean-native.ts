import type { DataSet, Element } from 'dicom-parser';
import { truncated } from '../../damaged';
import type { ImageAttributes } from '../../image-attributes';
import { nativeLayout, swapBytes } from '../../native-frame';
import { clearUnusedBits } from './unused-bits';

export interface CleanNative {
  readonly value: Buffer;
  /** Bytes after the last frame were cut off. */
  readonly cut: boolean;
  /** Bits outside the sample values were cleared. */
  readonly cleared: boolean;
}

/**
 * Reduces uncompressed pixel data to the image: cut after the last complete frame, unused bits cleared, padded with
 * zero.
 * @throws FoveaError `truncated` if no frame is complete
 */
export function cleanNative(
  dataSet: DataSet,
  pixelData: Element,
  image: ImageAttributes,
  transferSyntax: string,
): CleanNative {
  const { bytes, frameBits, wordSize } = nativeLayout(dataSet, pixelData, image, transferSyntax);
  const frames = Math.min(image.frames, Math.floor((bytes.length * 8) / frameBits));
  if (frames === 0) throw truncated('The file ends inside its image.');
  const imageBits = frames * frameBits;
  const length = Math.ceil(imageBits / 8);
  const source = wordSize > 1 ? swapBytes(bytes, wordSize) : bytes;
  const value = Buffer.alloc(length + (length % 2));
  value.set(source.subarray(0, length));
  let cleared = clearUnusedBits(value.subarray(0, length), image);
  if (imageBits % 8 !== 0) {
    // Bits of a bit-packed image fill a byte from its lowest bit (PS3.5, 8.1.1).
    const last = value[length - 1] as number;
    const kept = last & (2 ** (imageBits % 8) - 1);
    value[length - 1] = kept;
    cleared ||= kept !== last;
  }
  const behind = source.subarray(length);
  const isPadding = behind.length === 0 || (behind.length === 1 && length % 2 === 1 && behind[0] === 0);
  return { value: wordSize > 1 ? Buffer.from(swapBytes(value, wordSize)) : value, cut: !isPadding, cleared };
}
