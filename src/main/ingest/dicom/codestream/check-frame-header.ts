import { damaged } from '../damaged';
import type { ImageAttributes } from '../image-attributes';

/**
 * Checks a codestream's header against the data set's before decoding: a 512 x 512 object with a 20,000 x 20,000
 * codestream would cost gigabytes, and one decoder writes wrong pixels for a wrong component count.
 * @throws FoveaError `damaged`
 */
export function checkFrameHeader(
  header: { readonly width: number; readonly height: number; readonly components: number; readonly precision: number },
  image: ImageAttributes,
): void {
  if (header.width !== image.columns || header.height !== image.rows) {
    throw damaged(
      `The compressed image is ${header.width} x ${header.height} pixels, but the file declares ${image.columns} x ${image.rows}.`,
    );
  }
  if (header.components !== image.samples) {
    throw damaged(`The compressed image has ${header.components} channels, but the file declares ${image.samples}.`);
  }
  if (header.precision < 1 || header.precision > image.bitsAllocated) {
    throw damaged(
      `The compressed image has ${header.precision} bits per sample, but the file allocates only ${image.bitsAllocated}.`,
    );
  }
}
