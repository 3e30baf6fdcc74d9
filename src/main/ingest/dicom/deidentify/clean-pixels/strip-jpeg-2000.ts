import { damaged } from '../../damaged';
import { hiddenData } from './hidden-data';

const [SOC, SOT, SOD, EOC, SIZ, TLM, PPM, PPT] = [0xff4f, 0xff90, 0xff93, 0xffd9, 0xff51, 0xff55, 0xff60, 0xff61];
const [CAP, COD, COC, QCD, QCC, RGN, POC] = [0xff50, 0xff52, 0xff53, 0xff5c, 0xff5d, 0xff5e, 0xff5f];

/** Segments needed for decoding (ITU-T T.800, A.4 to A.6; T.814, A.3). */
const KEPT = new Set([CAP, COD, COC, QCD, QCC, RGN, POC]);
/** Profiles (PRF, CPF), lengths of packets (PLM, PLT), registration (CRG), comments (COM). */
const DROPPED = new Set([0xff56, 0xff59, 0xff57, 0xff58, 0xff63, 0xff64]);

/** Position of a tile-part in the stripped codestream. */
export interface TilePart {
  readonly tile: number;
  /** Range of its packets. */
  readonly start: number;
  readonly end: number;
}

export interface StrippedJpeg2000 {
  readonly bytes: Buffer;
  readonly tileParts: readonly TilePart[];
  /** Number of segments and other stretches of bytes removed. */
  readonly removed: number;
}

function segment(marker: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(marker, 0);
  head.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([head, payload]);
}

/** Decomposition levels of a COD or COC payload; null for other segments. */
function levelsOf(marker: number, payload: Buffer, wide: boolean): number | null {
  if (marker === COD) return payload[5] ?? 0;
  return marker === COC ? (payload[(wide ? 2 : 1) + 1] ?? 0) : null;
}

/**
 * Trims a payload after its last field (T.800, tables A.9, A.12, A.15, A.20, A.24, A.27, A.32; T.814, A.3). `levels`:
 * maximum decomposition levels; `wide`: component numbers have two bytes.
 */
function trimPayload(marker: number, payload: Buffer, levels: number, wide: boolean): Buffer {
  const component = wide ? 2 : 1;
  const precincts = (at: number, count: number) => (((payload[at] ?? 0) & 1) === 1 ? 1 + count : 0);
  const steps = (at: number) => {
    const style = (payload[at] ?? 0) & 31;
    // One step for the lowest band and three per level; the third style derives all of them from one.
    return style === 1 ? 3 : 1 + (1 + 3 * levels) * (style === 0 ? 1 : 2);
  };
  const lengths: Readonly<Record<number, () => number>> = {
    [CAP]: () => 4 + 2 * bitCount(payload.length < 4 ? 0 : payload.readUInt32BE(0)),
    [COD]: () => 10 + precincts(0, levelsOf(COD, payload, wide) ?? 0),
    [COC]: () => component + 6 + precincts(component, levelsOf(COC, payload, wide) ?? 0),
    [QCD]: () => steps(0),
    [QCC]: () => component + steps(component),
    [RGN]: () => component + 2,
    // Complete changes only, of 7 bytes or, with wide components, 9.
    [POC]: () => payload.length - (payload.length % (5 + 2 * component)),
  };
  const length = lengths[marker]?.() ?? payload.length;
  if (length > payload.length) throw damaged('The header of the compressed image is damaged.');
  return payload.subarray(0, length);
}

function bitCount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest >>>= 1) count += rest & 1;
  return count;
}

interface Reader {
  readonly bytes: Buffer;
  /** Component numbers have two bytes. */
  readonly wide: boolean;
  at: number;
  removed: number;
  /** The source lists tile-part lengths (TLM). */
  hasLengths: boolean;
}

/**
 * Reads the kept segments up to the marker `until`, which is read next. `outer`: decomposition levels if these segments
 * define none.
 */
function readSegments(reader: Reader, until: number, outer = 0): { readonly header: Buffer; readonly levels: number } {
  const { bytes, wide } = reader;
  const kept: (readonly [number, Buffer])[] = [];
  for (;;) {
    if (reader.at + 2 > bytes.length) throw damaged('The header of the compressed image is truncated.');
    const marker = bytes.readUInt16BE(reader.at);
    if (marker === until) break;
    const end = reader.at + 4 > bytes.length ? 0 : reader.at + 2 + bytes.readUInt16BE(reader.at + 2);
    if (end < reader.at + 4 || end > bytes.length) throw damaged('The header of the compressed image is truncated.');
    if (marker === PPM || marker === PPT) {
      throw hiddenData('its compressed image stores packet headers separately, where Fovea does not check them');
    }
    if (marker === TLM) reader.hasLengths = true;
    else if (KEPT.has(marker)) kept.push([marker, bytes.subarray(reader.at + 4, end)]);
    else if (DROPPED.has(marker)) reader.removed += 1;
    else throw hiddenData('its compressed image has an unknown segment');
    reader.at = end;
  }
  const named = kept.flatMap(([marker, payload]) => levelsOf(marker, payload, wide) ?? []);
  const levels = Math.min(32, Math.max(outer, ...named));
  const header = kept.map(([marker, payload]) => {
    const cut = trimPayload(marker, payload, levels, wide);
    if (cut.length < payload.length) reader.removed += 1;
    return segment(marker, cut);
  });
  return { header: Buffer.concat(header), levels };
}

/**
 * End of packets that extend to the end of the image: they contain no code above FF8F except SOP and EPH (T.800,
 * B.10.1).
 */
function findEnd(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] as number;
    if (next > 0x8f && next !== 0x91 && next !== 0x92) return at;
  }
  return bytes.length;
}

/**
 * Reduces a JPEG 2000 codestream (ITU-T T.800, Annex A; High Throughput: T.814) to the data needed for decoding: no
 * comments, no packet lengths, nothing after its end. Packets are unchanged. `source` starts at SOC. Tile-part lengths
 * (TLM) are rewritten if present.
 * @throws FoveaError `damaged`, `hidden_data`
 */
export function stripJpeg2000(source: Uint8Array): StrippedJpeg2000 {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.length);
  const sizEnd = bytes.length < 42 ? Number.POSITIVE_INFINITY : 4 + bytes.readUInt16BE(4);
  const sizLength = 36 + 3 * (bytes.length < 42 ? 0 : bytes.readUInt16BE(40));
  if (sizEnd > bytes.length || 6 + sizLength > sizEnd)
    throw damaged('The header of the compressed image is truncated.');
  const reader: Reader = { bytes, wide: sizLength > 36 + 3 * 256, at: sizEnd, removed: 0, hasLengths: false };
  if (6 + sizLength < sizEnd) reader.removed += 1;
  const main = readSegments(reader, SOT);
  const parts: SourceTilePart[] = [];
  while (reader.at + 12 <= bytes.length && bytes.readUInt16BE(reader.at) === SOT) {
    const start = reader.at;
    const length = bytes.readUInt32BE(start + 6);
    const numbers = bytes.subarray(start + 10, start + 12);
    if (bytes.readUInt16BE(start + 2) !== 10) throw damaged('The compressed image has an inconsistent tile.');
    reader.at = start + 12;
    const { header } = readSegments(reader, SOD, main.levels);
    const packetsStart = reader.at + 2;
    const end = length === 0 ? findEnd(bytes, packetsStart) : Math.min(start + length, bytes.length);
    if (end < packetsStart) throw damaged('The compressed image has an inconsistent tile.');
    const packets = bytes.subarray(packetsStart, end);
    parts.push({ tile: bytes.readUInt16BE(start + 4), numbers, header, packets });
    reader.at = end;
  }
  // Only EOC and, in DICOM, one byte of padding may follow.
  const rest = bytes.subarray(reader.at);
  const isEnd = rest.length === 0 || (rest.length >= 2 && rest.readUInt16BE(0) === EOC);
  if (!isEnd || rest.length > 3 || (rest[2] ?? 0) !== 0) reader.removed += 1;
  const written = write(bytes.subarray(6, 6 + sizLength), main.header, parts, reader.hasLengths);
  return { ...written, removed: reader.removed };
}

interface SourceTilePart {
  readonly tile: number;
  /** Index of this tile-part and the tile's number of them, one byte each. */
  readonly numbers: Buffer;
  readonly header: Buffer;
  readonly packets: Buffer;
}

/** Tile-part lengths per TLM segment: its length has 16 bits, an entry six bytes. */
const LENGTHS_PER_SEGMENT = 10_000;

function write(
  siz: Buffer,
  main: Buffer,
  parts: readonly SourceTilePart[],
  withLengths: boolean,
): { readonly bytes: Buffer; readonly tileParts: readonly TilePart[] } {
  const marker = (code: number) => Buffer.from([code >> 8, code & 0xff]);
  const lengthOf = ({ header, packets }: SourceTilePart) => 14 + header.length + packets.length;
  const pieces = [marker(SOC), segment(SIZ, siz), main];
  for (let from = 0; withLengths && from < parts.length; from += LENGTHS_PER_SEGMENT) {
    const listed = parts.slice(from, from + LENGTHS_PER_SEGMENT);
    const payload = Buffer.alloc(2 + 6 * listed.length);
    payload[0] = from / LENGTHS_PER_SEGMENT;
    // 16-bit tile numbers and 32-bit lengths (T.800, table A.34).
    payload[1] = 0x60;
    for (const [index, part] of listed.entries()) {
      payload.writeUInt16BE(part.tile, 2 + 6 * index);
      payload.writeUInt32BE(lengthOf(part), 4 + 6 * index);
    }
    pieces.push(segment(TLM, payload));
  }
  let at = pieces.reduce((sum, { length }) => sum + length, 0);
  const tileParts = parts.map((part): TilePart => {
    const start = Buffer.alloc(12);
    start.writeUInt16BE(SOT, 0);
    start.writeUInt16BE(10, 2);
    start.writeUInt16BE(part.tile, 4);
    start.writeUInt32BE(lengthOf(part), 6);
    part.numbers.copy(start, 10);
    pieces.push(start, part.header, marker(SOD), part.packets);
    const end = at + lengthOf(part);
    at = end;
    return { tile: part.tile, start: end - part.packets.length, end };
  });
  pieces.push(marker(EOC));
  return { bytes: Buffer.concat(pieces), tileParts };
}
