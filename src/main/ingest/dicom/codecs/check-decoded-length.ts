import { damaged } from '../damaged';
import type { ImageAttributes } from '../image-attributes';

/** Rejects a decoder's output of the wrong length, even if the decoder reported success. */
export function checkDecodedLength(bytes: Uint8Array, bytesPerSample: number, image: ImageAttributes): void {
  const expected = image.rows * image.columns * image.samples * bytesPerSample;
  if (bytes.length !== expected) {
    throw damaged(`The compressed image decodes to ${bytes.length} bytes instead of ${expected}.`);
  }
}
