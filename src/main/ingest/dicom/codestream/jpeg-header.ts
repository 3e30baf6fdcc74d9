import { damaged } from '../damaged';

/** Header of a JPEG or JPEG-LS codestream, from the markers before its first scan (ITU-T T.81 B.2, T.87 C.2). */
export interface JpegHeader {
  /** Second byte of the SOFn marker: 0xc0 baseline, 0xc1 extended, 0xc3 lossless, 0xf7 JPEG-LS. */
  readonly process: number;
  readonly precision: number;
  readonly height: number;
  readonly width: number;
  readonly componentIds: readonly number[];
  /** Adobe APP14 transform: 0 none (RGB or CMYK), 1 YCbCr, 2 YCCK; null without that marker. */
  readonly adobeTransform: number | null;
  readonly jfif: boolean;
}

const SOF_MARKERS = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf, 0xf7]);

function ascii(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length));
}

/** @throws FoveaError `damaged` if the bytes are not a JPEG codestream with a frame header */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) throw damaged('The compressed image does not start as a JPEG.');
  let position = 2;
  let adobeTransform: number | null = null;
  let jfif = false;
  while (position + 4 <= bytes.length) {
    if (view.getUint8(position) !== 0xff) throw damaged('A marker of the compressed image is damaged.');
    const marker = view.getUint8(position + 1);
    // Fill bytes (T.81 B.1.1.2), and markers without a segment.
    if (marker === 0xff) {
      position++;
      continue;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      position += 2;
      continue;
    }
    if (marker === 0xda || marker === 0xd9) break;
    const length = view.getUint16(position + 2);
    const end = position + 2 + length;
    if (length < 2 || end > bytes.length) throw damaged('The header of the compressed image is truncated.');
    if (SOF_MARKERS.has(marker)) {
      const components = length >= 8 ? view.getUint8(position + 9) : 0;
      if (length < 8 + 3 * components) throw damaged('The frame header of the compressed image is damaged.');
      return {
        process: marker,
        precision: view.getUint8(position + 4),
        height: view.getUint16(position + 5),
        width: view.getUint16(position + 7),
        componentIds: Array.from({ length: components }, (_, index) => view.getUint8(position + 10 + 3 * index)),
        adobeTransform,
        jfif,
      };
    }
    if (marker === 0xee && length >= 14 && ascii(bytes, position + 4, 5) === 'Adobe') {
      adobeTransform = view.getUint8(position + 15);
    }
    if (marker === 0xe0 && length >= 7 && ascii(bytes, position + 4, 4) === 'JFIF') jfif = true;
    position = end;
  }
  throw damaged('The compressed image has no frame header.');
}
