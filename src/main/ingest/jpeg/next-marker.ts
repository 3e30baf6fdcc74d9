/**
 * Position of the next marker: an FF not followed by a stuffed zero or a fill byte (ITU-T T.81, B.1.1.2); the length of
 * the data if there is none. Decoders skip the bytes before it.
 */
export function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = from; at + 1 < bytes.length; at++) {
    if (bytes[at] === 0xff && bytes[at + 1] !== 0 && bytes[at + 1] !== 0xff) return at;
  }
  return bytes.length;
}
