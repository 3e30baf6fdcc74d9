/** A directory of a TIFF structure (TIFF 6.0, section 2), accessed by tag. */
interface Directory {
  /** Reads a SHORT or LONG from the entry itself, or a RATIONAL that it points to; undefined if there is none. */
  number(tag: number): number | undefined;
}

const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;

/** Reads the first directory; null if the bytes are not a TIFF structure. Offsets outside it are not followed. */
function firstDirectory(bytes: Buffer): Directory | null {
  if (bytes.length < 14) return null;
  const order = bytes.toString('latin1', 0, 2);
  if (order !== 'II' && order !== 'MM') return null;
  const little = order === 'II';
  const short = (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const long = (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const start = long(4);
  if (short(2) !== 42 || start + 2 > bytes.length) return null;
  const entries = Math.min(short(start), Math.floor((bytes.length - start - 2) / 12));
  return {
    number(tag) {
      for (let index = 0; index < entries; index++) {
        const at = start + 2 + 12 * index;
        if (short(at) !== tag) continue;
        const type = short(at + 2);
        if (type === SHORT) return short(at + 8);
        if (type === LONG) return long(at + 8);
        const place = long(at + 8);
        if (type !== RATIONAL || place + 8 > bytes.length || long(place + 4) === 0) return undefined;
        return long(place) / long(place + 4);
      }
      return undefined;
    },
  };
}

/** Reads XResolution and YResolution of EXIF, in pixels per unit. */
export function readResolution(tiff: Buffer): { readonly x: number; readonly y: number } | null {
  const directory = firstDirectory(tiff);
  const x = directory?.number(0x011a);
  const y = directory?.number(0x011b);
  return x === undefined || y === undefined ? null : { x, y };
}

/** Reads NumberOfImages of the Multi-Picture Format (CIPA DC-007, 5.2.3.2). */
export function readMultiPicture(tiff: Buffer): number | null {
  return firstDirectory(tiff)?.number(0xb001) ?? null;
}
