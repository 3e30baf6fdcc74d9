import { damaged } from '../../dicom/damaged';
import { sharp } from '../codec';
import { decodePhotograph } from '../decode-photograph';
import { stripJpeg } from './strip-jpeg';
import { stripPng } from './strip-png';

export interface StrippedPicture {
  readonly bytes: Buffer;
  /** Chunks or segments that were left out. */
  readonly removed: number;
}

/**
 * A PNG or JPEG without metadata, never encoded again. Decodes both before it answers: the pixels are the same, the way
 * up too. Errors: `damaged`, `truncated`, `too_large`.
 */
export async function stripMetadata(source: Buffer, kind: 'png' | 'jpeg'): Promise<StrippedPicture> {
  const before = await decodePhotograph(source);
  const { orientation = 1 } = await sharp(source).metadata();
  const stripped = kind === 'png' ? stripPng(source, orientation) : stripJpeg(source, orientation);
  const after = await decodePhotograph(stripped.bytes);
  const same =
    before.width === after.width &&
    before.height === after.height &&
    before.pixelAspect === after.pixelAspect &&
    Buffer.compare(bytesOf(before.samples), bytesOf(after.samples)) === 0;
  if (!same) throw damaged('The picture could not be separated from its metadata without a change.');
  return stripped;
}

function bytesOf(samples: Uint8Array | Uint16Array): Buffer {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}
