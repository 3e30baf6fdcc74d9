import { bitsPerPixel, type PngHeader, type PngRows } from '../png-rows';

/** Palette and transparency chunks of a PNG; null: no such chunk. */
export interface PngColours {
  readonly palette: Buffer | null;
  readonly transparency: Buffer | null;
}

/**
 * Clears, in place, pixel data that no viewer displays: colours under full transparency, unused palette entries,
 * distinctions between transparent entries, and spare bits at the end of a row. Returns the colours to write and
 * whether anything changed.
 */
export function clearHiddenPixels(
  rows: PngRows,
  header: PngHeader,
  colours: PngColours,
): PngColours & { readonly changed: boolean } {
  const spare = clearSpareBits(rows, header);
  if (header.colourType === 3) {
    const cleaned = cleanPalette(rows, header, colours);
    return { ...cleaned, changed: spare || cleaned.changed };
  }
  const { colourType, depth } = header;
  if (colourType >= 4) {
    const changed = clearUnderAlpha(rows, header);
    return { palette: null, transparency: null, changed: spare || changed || colours.palette !== null };
  }
  // A single transparent colour: one 16-bit sample per channel (PNG, 11.3.1.1).
  const length = colourType === 2 ? 6 : 2;
  const given = colours.transparency;
  if (given === null || given.length < length) return { palette: null, transparency: null, changed: spare };
  const transparency = Buffer.alloc(length);
  for (let at = 0; at < length; at += 2) transparency.writeUInt16BE(given.readUInt16BE(at) & (2 ** depth - 1), at);
  if (!hasPixel(rows, header, transparency)) return { palette: null, transparency: null, changed: true };
  return { palette: null, transparency, changed: spare || !transparency.equals(given) };
}

/** Whether any pixel has the colour: one 16-bit sample per channel. */
function hasPixel({ bytes, rowBytes }: PngRows, { width, depth, colourType }: PngHeader, colour: Buffer): boolean {
  const channels = colourType === 2 ? 3 : 1;
  const wanted = Array.from({ length: channels }, (_, channel) => colour.readUInt16BE(2 * channel));
  const sample = (start: number, index: number): number => {
    if (depth === 16) return bytes.readUInt16BE(start + 2 * index);
    const bit = index * depth;
    return ((bytes[start + (bit >> 3)] as number) >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  };
  for (let start = 1; start < bytes.length; start += rowBytes + 1) {
    for (let column = 0; column < width; column++) {
      if (wanted.every((value, channel) => value === sample(start, column * channels + channel))) return true;
    }
  }
  return false;
}

function clearSpareBits({ bytes, rowBytes }: PngRows, header: PngHeader): boolean {
  const used = (header.width * bitsPerPixel(header)) % 8;
  if (used === 0) return false;
  const mask = 0xff << (8 - used);
  let changed = false;
  for (let at = rowBytes; at < bytes.length; at += rowBytes + 1) {
    const cleared = (bytes[at] as number) & mask;
    changed ||= cleared !== bytes[at];
    bytes[at] = cleared;
  }
  return changed;
}

/** Blackens pixels whose alpha is zero. */
function clearUnderAlpha({ bytes, rowBytes }: PngRows, header: PngHeader): boolean {
  const step = bitsPerPixel(header) >> 3;
  const alphaBytes = header.depth >> 3;
  let changed = false;
  for (let start = 1; start < bytes.length; start += rowBytes + 1) {
    for (let at = start; at < start + rowBytes; at += step) {
      const colourEnd = at + step - alphaBytes;
      if (bytes[colourEnd] !== 0 || (alphaBytes === 2 && bytes[colourEnd + 1] !== 0)) continue;
      for (let byte = at; byte < colourEnd; byte++) {
        changed ||= bytes[byte] !== 0;
        bytes[byte] = 0;
      }
    }
  }
  return changed;
}

function cleanPalette(
  { bytes, rowBytes }: PngRows,
  { width, depth }: PngHeader,
  { palette, transparency }: PngColours,
): PngColours & { readonly changed: boolean } {
  const alpha = (index: number): number => transparency?.[index] ?? 255;
  const used = new Uint8Array(256);
  /** The one index that replaces all transparent ones. */
  let clear = -1;
  let changed = false;
  const mask = 2 ** depth - 1;
  for (let start = 1; start < bytes.length; start += rowBytes + 1) {
    for (let column = 0; column < width; column++) {
      const at = start + ((column * depth) >> 3);
      const shift = 8 - depth - ((column * depth) & 7);
      const index = ((bytes[at] as number) >> shift) & mask;
      if (alpha(index) > 0) {
        used[index] = 1;
        continue;
      }
      if (clear < 0) clear = index;
      if (index === clear) continue;
      bytes[at] = ((bytes[at] as number) & ~(mask << shift)) | (clear << shift);
      changed = true;
    }
  }
  const last = Math.max(used.lastIndexOf(1), clear);
  const entries = Buffer.alloc(3 * (last + 1));
  const opacity = Buffer.alloc(last + 1, 255);
  for (let index = 0; index <= last; index++) {
    if (used[index] === 1) {
      palette?.copy(entries, 3 * index, 3 * index, 3 * index + 3);
      opacity[index] = alpha(index);
    }
  }
  if (clear >= 0) opacity[clear] = 0;
  let opaqueFrom = opacity.length;
  while (opaqueFrom > 0 && opacity[opaqueFrom - 1] === 255) opaqueFrom--;
  const written = opaqueFrom === 0 ? null : opacity.subarray(0, opaqueFrom);
  changed ||=
    palette === null ||
    !entries.equals(palette) ||
    !(written ?? Buffer.alloc(0)).equals(transparency ?? Buffer.alloc(0));
  return { palette: entries, transparency: written, changed };
}
