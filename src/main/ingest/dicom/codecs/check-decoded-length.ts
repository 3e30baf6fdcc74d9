import { damaged } from '../damaged';
import type { ImageAttributes } from '../image-attributes';

/** A decoder that returns too few or too many bytes has not decoded the frame, whatever it says. */
export function checkDecodedLength(bytes: Uint8Array, bytesPerSample: number, image: ImageAttributes): void {
  const expected = image.rows * image.columns * image.samples * bytesPerSample;
  if (bytes.length !== expected) {
    throw damaged(`The compressed image decodes to ${bytes.length} bytes instead of ${expected}.`);
  }
}
