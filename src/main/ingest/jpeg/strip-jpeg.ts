import { FoveaError } from '#shared/ipc/errors';
import { damaged } from '../dicom/damaged';
import { MAX_PIXELS } from '../limits';
import { pixelAspectOf, plainDensities } from '../raster/header/pixel-aspect';
import { BrokenScan, huffmanTable } from './entropy-bits';
import { type FrameHeader, readFrameHeader, readScanHeader, type ScanHeader } from './headers';
import { blocksOf, cleanScan } from './huffman-scan';
import { nextMarker } from './next-marker';

const [SOI, EOI, SOS, DQT, DHT, DRI, COM, LSE] = [0xd8, 0xd9, 0xda, 0xdb, 0xc4, 0xdd, 0xfe, 0xf8];

/** SOF0 to SOF15 except DHT, JPG and DAC, and SOF of JPEG-LS. */
const isFrame = (marker: number): boolean =>
  marker === 0xf7 || (marker >= 0xc0 && marker <= 0xcf && marker !== DHT && marker !== 0xc8 && marker !== 0xcc);

/** RST0 to RST7, TEM and SOI have no length. */
const isBare = (marker: number): boolean => (marker >= 0xd0 && marker <= SOI) || marker === 0x01;
const isApplication = (marker: number): boolean => marker >= 0xe0 && marker <= 0xef;

export interface StrippedJpeg {
  readonly bytes: Buffer;
  /** Number of segments and other stretches of bytes removed. */
  readonly removed: number;
  readonly frame: FrameHeader;
}

function segment(marker: number, payload: Uint8Array): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([head, payload]);
}

/** Version 1.01, unit 0, one dot along each axis, no thumbnail (ITU-T T.871, 10.1). */
const JFIF = Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1');

/** A JFIF segment that keeps only the pixel aspect of the densities. */
function keptJfif(payload: Buffer): Buffer {
  const kept = Buffer.from(JFIF);
  const aspect = payload.length < 12 ? 1 : pixelAspectOf(payload.readUInt16BE(8), payload.readUInt16BE(10));
  if (aspect !== 1) {
    for (const [axis, density] of plainDensities(aspect).entries()) kept.writeUInt16BE(density, 8 + 2 * axis);
  }
  return kept;
}

/**
 * The kept content of an application segment: how to read the colours and the pixel aspect, all other fields at their
 * defaults. Null: nothing.
 */
function keptApplication(marker: number, payload: Buffer): Buffer | null {
  if (marker === 0xe0 && payload.length >= 5 && payload.toString('latin1', 0, 5) === 'JFIF\0') return keptJfif(payload);
  if (marker === 0xee && payload.length >= 12 && payload.toString('latin1', 0, 5) === 'Adobe') {
    return Buffer.from([...Buffer.from('Adobe\0\x64\0\0\0\0', 'latin1'), payload[11] as number]);
  }
  // HP's colour transformation of JPEG-LS.
  const transform = payload[4] ?? 255;
  if (marker === 0xe8 && payload.length === 5 && payload.toString('latin1', 0, 4) === 'mrfx' && transform <= 3) {
    return payload;
  }
  return null;
}

/** Tables of a segment: their first byte (class and number) and their definition. */
function* tablesOf(marker: number, payload: Buffer): Generator<readonly [number, Buffer]> {
  for (let at = 0; at < payload.length; ) {
    const head = payload[at] as number;
    let length = head >> 4 === 0 ? 64 : 128;
    if (marker === DHT) {
      const counts = payload.subarray(at + 1, at + 17);
      length = 16 + counts.reduce((sum, count) => sum + count, 0);
    }
    const end = at + 1 + length;
    if (end > payload.length) throw damaged('A table of the compressed image is damaged.');
    yield [head, payload.subarray(at + 1, end)];
    at = end;
  }
}

/** Tables that a component's scan needs, as first bytes of their definitions. */
function huffmanOf(frame: FrameHeader, { first, high }: ScanHeader, { dc, ac }: { dc: number; ac: number }): number[] {
  if (frame.ls) return [];
  if (frame.lossless) return [dc];
  if (!frame.progressive) return [dc, 0x10 | ac];
  if (first > 0) return [0x10 | ac];
  return high === 0 ? [dc] : [];
}

/**
 * Reduces a JPEG (baseline, extended, progressive or lossless with Huffman codes; ITU-T T.81) or JPEG-LS (T.87)
 * codestream to the image: no comments, no application segments except those above, no unused tables, nothing between
 * segments, nothing but codes in the data of a scan, nothing after the end. Codes are neither decoded further nor
 * changed. `application`: an additional segment, after JFIF and Adobe.
 *
 * @throws FoveaError `damaged`, also for rare features that could hide data: arithmetic or hierarchical coding, a
 * number of lines after the scan, mapping tables
 */
export function stripJpeg(bytes: Buffer, application: Buffer | null = null): StrippedJpeg {
  if (bytes.length < 4 || bytes[0] !== 0xff || bytes[1] !== SOI) throw damaged('The image does not start as a JPEG.');
  return new Stripper(bytes, application).run();
}

/**
 * Checks every code of a JPEG, for decoders that do not report invented pixels. Accepts what `stripJpeg` rejects for
 * other reasons.
 * @throws BrokenScan
 */
export function checkScans(bytes: Uint8Array): void {
  try {
    stripJpeg(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch (error) {
    if (error instanceof BrokenScan || !(error instanceof FoveaError)) throw error;
  }
}

/**
 * Applies `stripJpeg` for decoders that reject too much: an image whose codes can all be read is complete, whatever
 * lies between its segments and with or without an end marker. Null if completeness cannot be shown. Slow: for images
 * that a decoder rejected.
 */
export function tidyJpeg(bytes: Uint8Array, application: Buffer | null = null): Buffer | null {
  try {
    return stripJpeg(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), application).bytes;
  } catch (error) {
    if (error instanceof FoveaError) return null;
    throw error;
  }
}

class Stripper {
  readonly #bytes: Buffer;
  readonly #application: Buffer | null;
  readonly #kept: Uint8Array[] = [Buffer.from([0xff, SOI])];
  #removed = 0;
  #frame: FrameHeader | null = null;
  /** By marker and first byte: the current tables; `#written` has those in the output. */
  readonly #tables = new Map<string, Buffer>();
  readonly #written = new Map<string, Buffer>();
  #restartInterval = 0;
  #writtenInterval = 0;
  readonly #presets: Buffer[] = [];
  readonly #nonZero = new Map<number, Uint8Array>();
  /** By component and coefficient: the lowest bit coded so far; 255: none. */
  readonly #coded = new Map<number, Uint8Array>();
  readonly #applications = new Map<number, Buffer>();

  constructor(bytes: Buffer, application: Buffer | null) {
    this.#bytes = bytes;
    this.#application = application;
  }

  run(): StrippedJpeg {
    const bytes = this.#bytes;
    let at = 2;
    for (;;) {
      const start = nextMarker(bytes, at);
      if (start > at) this.#removed += 1;
      at = start;
      const marker = bytes[at + 1];
      if (marker === undefined && !this.#isCoded()) throw new BrokenScan('The JPEG ends before its image does.');
      if (marker === undefined || marker === EOI) break;
      if (isBare(marker)) {
        this.#removed += 1;
        at += 2;
        continue;
      }
      const end = at + 4 > bytes.length ? Number.POSITIVE_INFINITY : at + 2 + bytes.readUInt16BE(at + 2);
      if (end < at + 4 || end > bytes.length) throw damaged('The JPEG ends inside a segment.');
      const payload = bytes.subarray(at + 4, end);
      at = marker === SOS ? this.#scan(payload, end) : end;
      if (marker !== SOS) this.#segment(marker, payload);
    }
    const frame = this.#frame;
    if (frame === null || this.#coded.size < frame.components.length)
      throw damaged('The JPEG lacks a part of its image.');
    for (const key of this.#tables.keys()) if (!this.#written.has(key)) this.#removed += 1;
    if (at + 2 < bytes.length) this.#removed += 1;
    this.#kept.push(Buffer.from([0xff, EOI]));
    return { bytes: Buffer.concat(this.#kept), removed: this.#removed, frame };
  }

  /** Whether the scans so far contain every bit of every coefficient, so that none is missing. */
  #isCoded(): boolean {
    const needed = this.#frame?.progressive === true ? 64 : 1;
    return (
      this.#coded.size === this.#frame?.components.length &&
      [...this.#coded.values()].every((coded) => coded.subarray(0, needed).every((bit) => bit === 0))
    );
  }

  #segment(marker: number, payload: Buffer): void {
    if (isApplication(marker) || marker === COM) {
      const kept = marker === COM || this.#frame !== null ? null : keptApplication(marker, payload);
      if (kept === null || this.#applications.has(marker) || !kept.equals(payload)) this.#removed += 1;
      if (kept !== null && !this.#applications.has(marker)) this.#applications.set(marker, segment(marker, kept));
    } else if (marker === DQT || marker === DHT) {
      for (const [head, table] of tablesOf(marker, payload)) this.#tables.set(`${marker} ${head}`, table);
    } else if (marker === DRI && payload.length >= 2) {
      this.#restartInterval = payload.readUInt16BE(0);
    } else if (isFrame(marker)) {
      if (this.#frame !== null) throw damaged('The JPEG has more than one frame header.');
      this.#frame = readFrameHeader(marker, payload);
      if (this.#frame.width * this.#frame.height > MAX_PIXELS)
        throw damaged('The JPEG has more pixels than Fovea supports.');
      this.#writeFrame(marker, payload);
    } else if (marker === LSE && this.#frame?.ls !== false && payload[0] === 1 && payload.length >= 11) {
      this.#presets.push(payload.subarray(0, 11));
    } else {
      throw damaged('The JPEG has an unsupported segment.');
    }
  }

  #writeFrame(marker: number, payload: Buffer): void {
    const frame = this.#frame as FrameHeader;
    for (const kind of [0xe0, 0xee, 0xe8]) {
      const kept = this.#applications.get(kind);
      if (kept !== undefined && (kind !== 0xe8 || frame.ls)) this.#kept.push(kept);
    }
    if (this.#application !== null) this.#kept.push(this.#application);
    if (!frame.ls && !frame.lossless) this.#writeTables(DQT, this.#quantizationOf(frame.components));
    this.#kept.push(segment(marker, payload.subarray(0, 6 + 3 * frame.components.length)));
    if (!frame.progressive) return;
    for (const component of frame.components) {
      const { stride, rows } = blocksOf(frame, component);
      this.#nonZero.set(component.id, new Uint8Array(64 * stride * rows));
    }
  }

  #quantizationOf(components: FrameHeader['components']): string[] {
    const numbers = new Set(components.map(({ quantization }) => quantization));
    return [...this.#tables.keys()].filter((key) => {
      const [marker, head] = key.split(' ').map(Number) as [number, number];
      return marker === DQT && numbers.has(head & 15);
    });
  }

  /** Writes the given tables that the output lacks, in order of first definition. */
  #writeTables(marker: number, keys: readonly string[]): void {
    for (const [key, table] of this.#tables) {
      if (!keys.includes(key) || this.#written.get(key)?.equals(table) === true) continue;
      this.#written.set(key, table);
      this.#kept.push(segment(marker, Buffer.concat([Uint8Array.of(Number(key.split(' ')[1])), table])));
    }
  }

  /** Processes a scan and returns its end. */
  #scan(payload: Buffer, dataStart: number): number {
    const frame = this.#frame;
    if (frame === null) throw damaged('The JPEG has a scan before its frame header.');
    const scan = readScanHeader(payload, frame);
    this.#checkOrder(frame, scan);
    for (const preset of this.#presets.splice(0)) this.#kept.push(segment(LSE, preset));
    if (!frame.ls && !frame.lossless) {
      this.#writeTables(DQT, this.#quantizationOf(scan.components.map(({ component }) => component)));
    }
    const huffman = scan.components.flatMap((one) => huffmanOf(frame, scan, one));
    this.#writeTables(
      DHT,
      huffman.map((head) => `${DHT} ${head}`),
    );
    if (this.#restartInterval !== this.#writtenInterval) {
      this.#writtenInterval = this.#restartInterval;
      const interval = Buffer.alloc(2);
      interval.writeUInt16BE(this.#restartInterval);
      this.#kept.push(segment(DRI, interval));
    }
    this.#kept.push(segment(SOS, payload.subarray(0, 4 + 2 * scan.components.length)));
    if (frame.ls) return this.#lsScan(dataStart);
    const read = (kind: number) =>
      new Map(
        huffman
          .filter((head) => head >> 4 === kind)
          .flatMap((head) => {
            const definition = this.#tables.get(`${DHT} ${head}`);
            return definition === undefined ? [] : [[head & 15, huffmanTable(definition)] as const];
          }),
      );
    const tables = { dc: read(0), ac: read(1) };
    const { pieces, end, changed } = cleanScan(
      this.#bytes,
      dataStart,
      frame,
      scan,
      tables,
      this.#restartInterval,
      this.#nonZero,
    );
    if (changed) this.#removed += 1;
    for (const piece of pieces) this.#kept.push(piece);
    return end;
  }

  /** JPEG-LS data ends where FF is followed by a set bit (T.87, A.1); its decoder rejects surplus data. */
  #lsScan(start: number): number {
    const bytes = this.#bytes;
    for (let at = bytes.indexOf(0xff, start); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
      const next = bytes[at + 1] as number;
      const isRestart = this.#restartInterval > 0 && next >= 0xd0 && next <= 0xd7;
      if (next < 0x80 || isRestart) continue;
      this.#kept.push(bytes.subarray(start, at));
      return at;
    }
    // Without an end marker, trailing fill bytes are not data, although a final zero may be.
    let end = bytes.length;
    while (end > start && (bytes[end - 1] === 0 || bytes[end - 1] === 0xff)) end -= 1;
    if (bytes[end] === 0) end += 1;
    this.#kept.push(bytes.subarray(start, end));
    return bytes.length;
  }

  /**
   * Checks that each coefficient is coded once and then refined bit by bit (T.81, G.1.1.1.1): a second coding would be
   * data that some decoders never display.
   */
  #checkOrder(frame: FrameHeader, { components, first, last, high, low }: ScanHeader): void {
    const twice = () => damaged('The JPEG encodes a part of its image twice.');
    for (const { component } of components) {
      const coded = this.#coded.get(component.id) ?? new Uint8Array(64).fill(255);
      this.#coded.set(component.id, coded);
      if (!frame.progressive) {
        if (coded[0] !== 255) throw twice();
        coded[0] = 0;
        continue;
      }
      if (first > last || last > 63 || (first === 0 && last > 0) || (first > 0 && components.length > 1)) {
        throw damaged('A scan header of the compressed image is damaged.');
      }
      for (let k = first; k <= last; k++) {
        if (high === 0 ? coded[k] !== 255 : coded[k] !== high || low !== high - 1) throw twice();
        coded[k] = low;
      }
    }
  }
}
