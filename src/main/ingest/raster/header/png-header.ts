import type { PictureHeader } from './picture-header';
import { pixelAspectOf } from './pixel-aspect';

const SIGNATURE_BYTES = 8;

/** Chunks up to IEND or the end of the bytes; a chunk that is cut off is not among them. */
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

/** Samples of the picture itself by colour type (IHDR); the one behind them in sBIT is of alpha. */
const COLOUR_SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 3, 4: 1, 6: 3 };

/**
 * sBIT (PNG 3rd edition, 11.3.2.4): the bits that the source had, for each channel; the most of them. Null where it
 * says nothing that the sample depth does not say, or cannot be.
 */
function significantBits(content: Buffer, depth: number, colourType: number): number | null {
  const bits = Math.max(0, ...content.subarray(0, COLOUR_SAMPLES[colourType] ?? 0));
  return bits > 0 && bits < depth ? bits : null;
}

/**
 * The chunks of a PNG that say how to take its samples. pHYs (11.3.4.3) gives pixels a unit along each axis; with and
 * without a known unit, their ratio is the shape of a pixel. acTL and fcTL are those of animated PNG (11.3.7).
 */
export function readPngHeader(bytes: Buffer): PictureHeader {
  let depth = 8;
  let colourType = 0;
  let bits: number | null = null;
  let pixelAspect = 1;
  let pictures = 1;
  let firstFrameIsStill = false;
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
    else if (type === 'fcTL' && !pixels) firstFrameIsStill = true;
    // Apple's tools for the iPhone write it first: the rest is PNG in name only (bytes swapped, no zlib header).
    else if (type === 'CgBI') unsupported = "a PNG in Apple's iOS format";
    else if (type === 'IDAT') pixels = true;
    else if (type === 'IEND') whole = true;
  }
  // The picture that other programs show is a frame of the animation only where a frame is said before it.
  if (pictures > 1 && !firstFrameIsStill) pictures += 1;
  return {
    significantBits: depth === 16 ? bits : null,
    pixelAspect,
    pictures,
    whole,
    unsupported,
    notes: pictures > 1 ? ['An animated PNG. Only its first image is used; save the others as separate files.'] : [],
  };
}
