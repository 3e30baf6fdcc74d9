import { damaged } from '../../dicom/damaged';
import { stripJpeg } from '../../jpeg/strip-jpeg';
import { sharp } from '../codec';
import { decodeBitmap } from '../decode-bitmap';
import { orientationSegment } from './orientation-exif';
import { stripPng } from './strip-png';

export interface StrippedBitmap {
  readonly bytes: Buffer;
  /** Number of chunks or segments removed. */
  readonly removed: number;
}

/**
 * Removes metadata and invisible pixels from a PNG or JPEG. Decodes both files to verify that the image and its
 * orientation are unchanged.
 * @throws FoveaError `damaged`, `truncated`, `too_large`
 */
export async function stripMetadata(source: Buffer, kind: 'png' | 'jpeg'): Promise<StrippedBitmap> {
  const before = await decodeBitmap(source);
  const { orientation = 1 } = await sharp(source).metadata();
  const stripped = kind === 'png' ? stripPng(source, orientation) : stripJpeg(source, orientationSegment(orientation));
  const after = await decodeBitmap(stripped.bytes);
  const same =
    before.width === after.width &&
    before.height === after.height &&
    Math.abs(before.pixelAspect / after.pixelAspect - 1) < 0.001 &&
    Buffer.compare(bytesOf(before.samples), bytesOf(after.samples)) === 0;
  if (!same) throw damaged('The metadata could not be removed without changing the image.');
  return stripped;
}

function bytesOf(samples: Uint8Array | Uint16Array): Buffer {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}
