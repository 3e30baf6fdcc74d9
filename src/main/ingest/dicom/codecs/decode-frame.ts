import { assertNever } from '#shared/ipc/errors';
import type { DecodedFrame } from '../decoded-frame';
import type { ImageAttributes } from '../image-attributes';
import type { PixelEncoding } from '../transfer-syntax';
import { decodeHtj2k, decodeJpeg2000 } from './jpeg-2000';
import { decodeJpegBaseline } from './jpeg-baseline';
import { decodeJpegLs } from './jpeg-ls';
import { decodeJpegSequential } from './jpeg-sequential';
import { decodeRle } from './rle';

/** One encapsulated frame by the decoder of its transfer syntax. */
export async function decodeFrame(
  encoding: Exclude<PixelEncoding, 'native'>,
  bytes: Uint8Array,
  image: ImageAttributes,
): Promise<DecodedFrame> {
  switch (encoding) {
    case 'rle':
      return decodeRle(bytes, image);
    case 'jpeg-baseline':
      return decodeJpegBaseline(bytes, image);
    case 'jpeg-extended':
    case 'jpeg-lossless':
      return decodeJpegSequential(bytes, image);
    case 'jpeg-ls':
      return decodeJpegLs(bytes, image);
    case 'jpeg-2000':
      return decodeJpeg2000(bytes, image);
    case 'htj2k':
      return decodeHtj2k(bytes, image);
    default:
      return assertNever(encoding);
  }
}
