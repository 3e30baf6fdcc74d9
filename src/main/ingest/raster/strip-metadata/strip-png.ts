import { pixelAspectOf, plainDensities } from '../header/pixel-aspect';
import { pngChunk } from '../png-chunk';
import { bitsPerPixel, damagedPng, type PngHeader, readRows, writeRows } from '../png-rows';
import { clearHiddenPixels } from './hidden-pixels';
import { orientationTiff } from './orientation-exif';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

function readHeader(content: Buffer): PngHeader {
  if (content.length !== 13) throw damagedPng();
  const [depth, colourType, compression, filter, interlace] = content.subarray(8) as unknown as number[];
  const header: PngHeader = {
    width: content.readUInt32BE(0),
    height: content.readUInt32BE(4),
    depth: depth ?? 0,
    colourType: colourType ?? 0,
    interlaced: interlace === 1,
  };
  const known = [0, 2, 3, 4, 6].includes(header.colourType) && [1, 2, 4, 8, 16].includes(header.depth);
  if (!known || (bitsPerPixel(header) < 8 && ![0, 3].includes(header.colourType))) throw damagedPng();
  if (compression !== 0 || filter !== 0 || (interlace ?? 0) > 1 || header.width === 0 || header.height === 0) {
    throw damagedPng();
  }
  return header;
}

function writeHeader({ width, height, depth, colourType }: PngHeader): Buffer {
  const content = Buffer.alloc(13);
  content.writeUInt32BE(width, 0);
  content.writeUInt32BE(height, 4);
  content.set([depth, colourType], 8);
  return pngChunk('IHDR', content);
}

/** Keeps only the pixel aspect: densities may identify the machine, or hold anything. Null if pixels are square. */
function pixelShape(content: Buffer): Buffer | null {
  const aspect = pixelAspectOf(content.readUInt32BE(0), content.readUInt32BE(4));
  if (aspect === 1) return null;
  const shape = Buffer.alloc(9);
  for (const [axis, density] of plainDensities(aspect).entries()) shape.writeUInt32BE(density, 4 * axis);
  return shape;
}

/**
 * The kept content of an ancillary chunk: valid significant bits of each channel, pixel aspect and rendering intent
 * (PNG, 11.3). Null: nothing.
 */
function keptAncillary(type: string, content: Buffer, { depth, colourType }: PngHeader): Buffer | null {
  if (type === 'sRGB' && content.length === 1 && (content[0] as number) <= 3) return content;
  if (type === 'pHYs' && content.length === 9) return pixelShape(content);
  const channels = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 }[colourType];
  const maxBits = colourType === 3 ? 8 : depth;
  const isBits =
    type === 'sBIT' && content.length === channels && content.every((bits) => bits >= 1 && bits <= maxBits);
  return isBits ? content : null;
}

/**
 * Reduces a PNG to its image: the pixels (those under full transparency become black), the used palette, transparency,
 * sBIT, pHYs and sRGB. Pixels are re-encoded without interlacing, so that nothing of the old chunks remains. An
 * `orientation` other than 1 is written as a new EXIF chunk.
 * @throws FoveaError `damaged`
 */
export function stripPng(bytes: Buffer, orientation: number): { bytes: Buffer; removed: number } {
  let removed = 0;
  let header: PngHeader | null = null;
  let palette: Buffer | null = null;
  let transparency: Buffer | null = null;
  const ancillary = new Map<string, Buffer>();
  const data: Buffer[] = [];
  for (let at = SIGNATURE.length; ; ) {
    if (at + 12 > bytes.length) throw damagedPng();
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw damagedPng();
    const type = bytes.toString('latin1', at + 4, at + 8);
    const content = bytes.subarray(at + 8, end - 4);
    at = end;
    if (type === 'IEND') {
      if (content.length > 0) removed += 1;
      if (at < bytes.length) removed += 1;
      break;
    }
    if (header === null) {
      if (type !== 'IHDR') throw damagedPng();
      header = readHeader(content);
    } else if (type === 'IDAT') data.push(content);
    else if (type === 'PLTE' && palette === null) palette = content;
    else if (type === 'tRNS' && transparency === null) transparency = content;
    else if (/^[A-Z]/.test(type)) throw damagedPng();
    else {
      const kept = keptAncillary(type, content, header);
      if (kept === null || ancillary.has(type) || !kept.equals(content)) removed += 1;
      if (kept !== null && !ancillary.has(type)) ancillary.set(type, pngChunk(type, kept));
    }
  }
  if (header === null || (header.colourType === 3 && palette === null)) throw damagedPng();
  const { rows, surplus } = readRows(header, Buffer.concat(data));
  const colours = clearHiddenPixels(rows, header, { palette, transparency });
  if (surplus) removed += 1;
  if (colours.changed) removed += 1;
  const pieces = [SIGNATURE, writeHeader(header), ...ancillary.values()];
  if (colours.palette !== null) pieces.push(pngChunk('PLTE', colours.palette));
  if (colours.transparency !== null) pieces.push(pngChunk('tRNS', colours.transparency));
  if (orientation > 1 && orientation <= 8) pieces.push(pngChunk('eXIf', orientationTiff(orientation)));
  pieces.push(pngChunk('IDAT', writeRows(rows, header)), pngChunk('IEND', Buffer.alloc(0)));
  return { bytes: Buffer.concat(pieces), removed };
}
