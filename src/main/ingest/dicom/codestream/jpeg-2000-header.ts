import { damaged } from '../damaged';

/** The SIZ and COD segments of a JPEG 2000 codestream (ITU-T T.800, A.5.1 and A.6.1). */
export interface Jpeg2000Header {
  readonly width: number;
  readonly height: number;
  readonly components: readonly { readonly precision: number; readonly signed: boolean }[];
  /** At least one component is sampled more coarsely than the grid. */
  readonly subsampled: boolean;
  readonly tiles: number;
  /** The multiple component transformation is on, so the decoder returns RGB. */
  readonly colourTransform: boolean;
}

/** Offset of the codestream: 0, or after the boxes of a JP2 file embedded whole in the DICOM file. */
export function findJpeg2000Codestream(bytes: Uint8Array): number {
  const limit = Math.min(bytes.length - 4, 4096);
  for (let position = 0; position <= limit; position++) {
    if (
      bytes[position] === 0xff &&
      bytes[position + 1] === 0x4f &&
      bytes[position + 2] === 0xff &&
      bytes[position + 3] === 0x51
    ) {
      return position;
    }
  }
  throw damaged('The compressed image does not start as JPEG 2000.');
}

/**
 * `bytes` start at SOC.
 * @throws FoveaError `damaged`
 */
export function readJpeg2000Header(bytes: Uint8Array): Jpeg2000Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 44) throw damaged('The header of the compressed image is truncated.');
  const sizLength = view.getUint16(4);
  const [gridWidth, gridHeight, left, top] = [8, 12, 16, 20].map((at) => view.getUint32(at)) as [
    number,
    number,
    number,
    number,
  ];
  const [tileWidth, tileHeight, tileLeft, tileTop] = [24, 28, 32, 36].map((at) => view.getUint32(at)) as [
    number,
    number,
    number,
    number,
  ];
  const count = view.getUint16(40);
  if (sizLength < 38 + 3 * count || 4 + sizLength > bytes.length || count === 0 || count > 4) {
    throw damaged('The frame header of the compressed image is damaged.');
  }
  if (gridWidth <= left || gridHeight <= top || tileWidth === 0 || tileHeight === 0) {
    throw damaged('The frame header of the compressed image is inconsistent.');
  }
  let subsampled = false;
  const components = Array.from({ length: count }, (_, index) => {
    const at = 42 + 3 * index;
    const ssiz = view.getUint8(at);
    if (view.getUint8(at + 1) !== 1 || view.getUint8(at + 2) !== 1) subsampled = true;
    return { precision: (ssiz & 0x7f) + 1, signed: (ssiz & 0x80) !== 0 };
  });
  return {
    width: gridWidth - left,
    height: gridHeight - top,
    components,
    subsampled,
    tiles: Math.ceil((gridWidth - tileLeft) / tileWidth) * Math.ceil((gridHeight - tileTop) / tileHeight),
    colourTransform: readColourTransform(view, 4 + sizLength),
  };
}

/** Reads SGcod's multiple component transformation byte from the COD segment of the main header. */
function readColourTransform(view: DataView, start: number): boolean {
  let position = start;
  while (position + 9 <= view.byteLength) {
    const marker = view.getUint16(position);
    if (marker === 0xff52) return view.getUint8(position + 8) === 1;
    if (marker < 0xff00 || marker === 0xff90 || marker === 0xff93) break;
    position += 2 + view.getUint16(position + 2);
  }
  return false;
}
