import { assertNever, FoveaError } from '#shared/ipc/errors';
import { tidyJpeg } from '../../jpeg/strip-jpeg';
import type { DecodedFrame } from '../decoded-frame';
import type { ImageAttributes } from '../image-attributes';
import type { Notes } from '../notes';
import type { PixelEncoding } from '../transfer-syntax';
import { decodeHtj2k, decodeJpeg2000 } from './jpeg-2000';
import { decodeJpegBaseline } from './jpeg-baseline';
import { decodeJpegLs } from './jpeg-ls';
import { decodeJpegSequential } from './jpeg-sequential';
import { decodeRle } from './rle';

type Decoder = (codestream: Uint8Array, image: ImageAttributes) => Promise<DecodedFrame>;

/**
 * Fovea's JPEG decoders reject stray bytes that others skip: a frame that is complete without them is decoded without
 * them.
 */
async function decodeJpeg(
  decode: Decoder,
  bytes: Uint8Array,
  image: ImageAttributes,
  notes: Notes,
): Promise<DecodedFrame> {
  try {
    return await decode(bytes, image);
  } catch (error) {
    const tidy = error instanceof FoveaError && error.code === 'damaged' ? tidyJpeg(bytes) : null;
    if (tidy === null) throw error;
    const decoded = await decode(tidy, image);
    notes.add('The compressed image has stray bytes or no end marker, but the image itself is complete.');
    return decoded;
  }
}

/** Decodes one encapsulated frame with the decoder for its transfer syntax. */
export async function decodeFrame(
  encoding: Exclude<PixelEncoding, 'native'>,
  bytes: Uint8Array,
  image: ImageAttributes,
  notes: Notes = new Set(),
): Promise<DecodedFrame> {
  switch (encoding) {
    case 'rle':
      return decodeRle(bytes, image);
    case 'jpeg-baseline':
      return decodeJpeg(decodeJpegBaseline, bytes, image, notes);
    case 'jpeg-extended':
    case 'jpeg-lossless':
      return decodeJpeg(decodeJpegSequential, bytes, image, notes);
    case 'jpeg-ls':
      return decodeJpeg(decodeJpegLs, bytes, image, notes);
    case 'jpeg-2000':
      return decodeJpeg2000(bytes, image);
    case 'htj2k':
      return decodeHtj2k(bytes, image);
    default:
      return assertNever(encoding);
  }
}
