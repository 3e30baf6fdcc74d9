import type { BitmapHeader } from './bitmap-header';
import { readMultiPicture, readResolution } from './exif';
import { pixelAspectOf } from './pixel-aspect';

const SOS = 0xda;
const EOI = 0xd9;

interface Segment {
  readonly marker: number;
  /** Without marker and length. */
  readonly content: Buffer;
}

/** Yields the complete segments up to the first scan (ITU-T T.81, Annex B.1.1). */
function* segmentsOf(bytes: Buffer): Generator<Segment> {
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return;
    const marker = bytes[at + 1] as number;
    // Fill bytes, and markers without a length.
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else {
      const end = at + 2 + bytes.readUInt16BE(at + 2);
      if (marker === EOI || end < at + 4 || end > bytes.length) return;
      yield { marker, content: bytes.subarray(at + 4, end) };
      if (marker === SOS) return;
      at = end;
    }
  }
}

/** Start of frame: C0 to CF except DHT, JPG and DAC; F7 for JPEG-LS (T.87). */
const isFrame = (marker: number): boolean =>
  (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) || marker === 0xf7;

/**
 * Names a coding process of T.81 (table B.1) that libjpeg does not decode to 8 bits; null if it does. `content`:
 * precision, height and width, number of components.
 */
function unsupportedProcess(marker: number, content: Buffer): string | null {
  if (marker === 0xf7) return 'a JPEG-LS image';
  if (marker === 0xc3 || marker === 0xcb) return 'a lossless JPEG';
  if (marker >= 0xc5) return marker >= 0xc9 && marker <= 0xca ? 'an arithmetic-coded JPEG' : 'a hierarchical JPEG';
  if (content.length < 6) return null;
  if (content[0] !== 8) return `a JPEG with ${content[0]} bits per sample`;
  if (content.readUInt16BE(1) === 0) return 'a JPEG that stores its height after its pixels';
  const components = content[5] as number;
  return components === 1 || components === 3 || components === 4 ? null : `a JPEG with ${components} components`;
}

const startsWith = (content: Buffer, text: string): boolean => content.toString('latin1', 0, text.length) === text;

/**
 * Reads the segments of a JPEG that define how to interpret its pixels. JFIF densities (ITU-T T.871, 10.1) define the
 * pixel aspect: with unit 0 that is all they mean, and densities per inch or centimetre that differ by axis mean the
 * same. EXIF resolution is for printing (4.6.5.1.6) and left unchanged by most programs when resizing, so it is
 * ignored.
 */
export function readJpegHeader(bytes: Buffer): BitmapHeader {
  let pixelAspect = 1;
  let exif: { readonly x: number; readonly y: number } | null = null;
  let pictures = 1;
  let unsupported: string | null = null;
  let components = 0;
  for (const { marker, content } of segmentsOf(bytes)) {
    if (marker === 0xe0 && startsWith(content, 'JFIF\0') && content.length >= 12) {
      pixelAspect = pixelAspectOf(content.readUInt16BE(8), content.readUInt16BE(10));
    } else if (marker === 0xe1 && startsWith(content, 'Exif\0\0')) exif ??= readResolution(content.subarray(6));
    else if (marker === 0xe2 && startsWith(content, 'MPF\0')) pictures = readMultiPicture(content.subarray(4)) ?? 1;
    else if (isFrame(marker)) {
      unsupported = unsupportedProcess(marker, content);
      components = content[5] ?? 0;
    }
  }
  const notes: string[] = [];
  if (pictures > 1)
    notes.push('The JPEG file contains several images, and only the first is used. Save the others as separate files.');
  if (components === 4) notes.push('A CMYK image for printing. Its colours are converted without its colour profile.');
  if (exif !== null && pixelAspect === 1 && pixelAspectOf(exif.x, exif.y) !== 1)
    notes.push(
      'The print resolution (EXIF) differs between the axes. It is ignored, and pixels are treated as square.',
    );
  return {
    significantBits: null,
    pixelAspect,
    pictures,
    whole: bytes.lastIndexOf(Buffer.from([0xff, EOI])) > 0,
    unsupported,
    notes,
  };
}
