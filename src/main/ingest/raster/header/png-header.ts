import type { BitmapHeader } from './bitmap-header';
import { pixelAspectOf } from './pixel-aspect';

const SIGNATURE_BYTES = 8;

/** Yields the complete chunks up to IEND or the end of the bytes. */
function* chunksOf(bytes: Buffer): Generator<{ readonly type: string; readonly content: Buffer }> {
  for (let at = SIGNATURE_BYTES; at + 12 <= bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) return;
    const type = bytes.toString('latin1', at + 4, at + 8);
    yield { type, content: bytes.subarray(at + 8, end - 4) };
    if (type === 'IEND') return;
    at = end;
  }
}

/** Colour samples by colour type (IHDR), without the alpha sample that follows them in sBIT. */
const COLOUR_SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 3, 4: 1, 6: 3 };

/**
 * Reads sBIT (PNG 3rd edition, 11.3.2.4), the bits of each channel in the source; returns their maximum. Null if it is
 * invalid.
 */
function significantBits(content: Buffer, depth: number, colourType: number): number | null {
  const bits = Math.max(0, ...content.subarray(0, COLOUR_SAMPLES[colourType] ?? 0));
  return bits > 0 && bits <= depth ? bits : null;
}

/**
 * Reads the chunks of a PNG that define how to interpret its samples. pHYs (11.3.4.3) has pixels per unit along each
 * axis; with or without a known unit, their ratio is the pixel aspect. acTL and fcTL belong to animated PNG (11.3.7).
 */
export function readPngHeader(bytes: Buffer): BitmapHeader {
  let depth = 8;
  let colourType = 0;
  let bits: number | null = null;
  let pixelAspect = 1;
  let pictures = 1;
  let defaultImageIsFrame = false;
  let pixels = false;
  let whole = false;
  let unsupported: string | null = null;
  for (const { type, content } of chunksOf(bytes)) {
    if (type === 'IHDR' && content.length >= 13) {
      depth = content[8] as number;
      colourType = content[9] as number;
    } else if (type === 'sBIT') bits = significantBits(content, depth, colourType);
    else if (type === 'pHYs' && content.length >= 9) {
      pixelAspect = pixelAspectOf(content.readUInt32BE(0), content.readUInt32BE(4));
    } else if (type === 'acTL' && content.length >= 8) pictures = Math.max(1, content.readUInt32BE(0));
    else if (type === 'fcTL' && !pixels) defaultImageIsFrame = true;
    // Apple's iPhone tools write it first: the rest is PNG in name only (bytes swapped, no zlib header).
    else if (type === 'CgBI') unsupported = "a PNG in Apple's iOS format";
    else if (type === 'IDAT') pixels = true;
    else if (type === 'IEND') whole = true;
  }
  // The default image is a frame of the animation only if an fcTL precedes it.
  if (pictures > 1 && !defaultImageIsFrame) pictures += 1;
  return {
    significantBits: depth === 16 ? bits : null,
    pixelAspect,
    pictures,
    whole,
    unsupported,
    notes: pictures > 1 ? ['An animated PNG. Only its first image is used; save the others as separate files.'] : [],
  };
}
