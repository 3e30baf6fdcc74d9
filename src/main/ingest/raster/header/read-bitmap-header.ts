import type { BitmapHeader } from './bitmap-header';
import { readJpegHeader } from './jpeg-header';
import { readPngHeader } from './png-header';

export function readBitmapHeader(bytes: Uint8Array): BitmapHeader {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer[0] === 0x89 ? readPngHeader(buffer) : readJpegHeader(buffer);
}
