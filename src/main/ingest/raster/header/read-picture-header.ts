import { readJpegHeader } from './jpeg-header';
import type { PictureHeader } from './picture-header';
import { readPngHeader } from './png-header';

export function readPictureHeader(bytes: Uint8Array): PictureHeader {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer[0] === 0x89 ? readPngHeader(buffer) : readJpegHeader(buffer);
}
