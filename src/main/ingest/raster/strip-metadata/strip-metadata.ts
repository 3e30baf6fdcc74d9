import { damaged } from '../../dicom/damaged';
import { stripJpeg } from '../../jpeg/strip-jpeg';
import { sharp } from '../codec';
import { decodePhotograph } from '../decode-photograph';
import { orientationSegment } from './orientation-exif';
import { stripPng } from './strip-png';

export interface StrippedPicture {
  readonly bytes: Buffer;
  /** Chunks or segments that were left out. */
  readonly removed: number;
}

/**
 * A PNG or JPEG without metadata and without pixels that nobody sees. Decodes both before it answers: the picture is
 * the same, the way up too. Errors: `damaged`, `truncated`, `too_large`.
 */
export async function stripMetadata(source: Buffer, kind: 'png' | 'jpeg'): Promise<StrippedPicture> {
  const before = await decodePhotograph(source);
  const { orientation = 1 } = await sharp(source).metadata();
  const stripped = kind === 'png' ? stripPng(source, orientation) : stripJpeg(source, orientationSegment(orientation));
  const after = await decodePhotograph(stripped.bytes);
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
