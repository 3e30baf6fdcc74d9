import { damaged } from '../damaged';

const [SOT, EOC] = [0xff90, 0xffd9];

/**
 * Returns a JPEG 2000 codestream with all its tile-parts and an end marker after the last (ITU-T T.800, A.4): decoders
 * invent the missing data of a truncated codestream, or reject a complete one for a missing end marker. `bytes` start
 * at SOC. An unrecognised structure is left to the decoder.
 * @throws FoveaError `damaged` if a tile-part is truncated
 */
export function endTileParts(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 2;
  while (at + 4 <= bytes.length && view.getUint16(at) !== SOT) {
    if (view.getUint16(at) < 0xff00) return bytes;
    at += 2 + view.getUint16(at + 2);
  }
  while (at + 12 <= bytes.length && view.getUint16(at) === SOT) {
    const length = view.getUint32(at + 6);
    // 0: extends to the end of the codestream, wherever that is.
    if (length < 14) return bytes;
    if (at + length > bytes.length) throw damaged('The data of the compressed image is truncated.');
    at += length;
  }
  if (at + 2 <= bytes.length && view.getUint16(at) === EOC) return bytes;
  return Buffer.concat([bytes.subarray(0, at), Uint8Array.of(EOC >> 8, EOC & 0xff)]);
}
