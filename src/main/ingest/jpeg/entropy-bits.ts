import { FoveaError } from '#shared/ipc/errors';
import { damaged } from '../dicom/damaged';

/** The codes of a scan end early or are invalid: decoders that continue invent the rest of the image. */
export class BrokenScan extends FoveaError {
  constructor(message: string) {
    super('damaged', message, { hint: 'Export the file again from where it came.' });
  }
}

/** Codes of a Huffman table by length (ITU-T T.81, F.2.2.3), with a look-up table for codes of up to eight bits. */
export interface HuffmanTable {
  readonly values: Uint8Array;
  /** By length 1 to 16: greatest code, or -1. */
  readonly greatest: Int32Array;
  /** By length: difference between the index of a value and its code. */
  readonly offset: Int32Array;
  /** By the next eight bits: length << 8 | value, or 0. */
  readonly short: Uint16Array;
}

/**
 * Builds a table from `definition`: 16 counts of codes by length, then their values.
 * @throws FoveaError `damaged`
 */
export function huffmanTable(definition: Uint8Array): HuffmanTable {
  const values = definition.subarray(16);
  const greatest = new Int32Array(17).fill(-1);
  const offset = new Int32Array(17);
  const short = new Uint16Array(256);
  let code = 0;
  let place = 0;
  for (let length = 1; length <= 16; length++) {
    const count = definition[length - 1] as number;
    if (code + count > 2 ** length) throw damaged('A table of the compressed image is damaged.');
    offset[length] = place - code;
    for (let index = 0; index < count && length <= 8; index++) {
      const first = (code + index) << (8 - length);
      short.fill((length << 8) | (values[place + index] as number), first, first + 2 ** (8 - length));
    }
    if (count > 0) greatest[length] = code + count - 1;
    code = (code + count) << 1;
    place += count;
  }
  return { values, greatest, offset, short };
}

/** Reads entropy-coded data bit by bit; FF 00 is one byte FF, and any other marker ends the data (T.81, F.2.2.5). */
export class EntropyBits {
  readonly #bytes: Uint8Array;
  #at: number;
  #bits = 0;
  /** Unread bits in `#bits`. */
  #count = 0;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#at = start;
  }

  /** Fills the register to at least 17 bits, or with all that remain. */
  #fill(): void {
    while (this.#count <= 16) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) return;
      if (byte === 0xff) {
        if (this.#bytes[this.#at + 1] !== 0) return;
        this.#at += 1;
      }
      this.#at += 1;
      this.#bits = ((this.#bits << 8) | byte) & 0xffffff;
      this.#count += 8;
    }
  }

  take(count: number): number {
    if (count === 0) return 0;
    if (this.#count < count) {
      this.#fill();
      if (this.#count < count) throw endsEarly();
    }
    this.#count -= count;
    return (this.#bits >>> this.#count) & ((1 << count) - 1);
  }

  /** Decodes the next value with a Huffman table. */
  code(table: HuffmanTable): number {
    if (this.#count < 16) this.#fill();
    const { short, greatest, offset, values } = table;
    const next = this.#count >= 8 ? this.#bits >>> (this.#count - 8) : this.#bits << (8 - this.#count);
    const found = short[next & 0xff] as number;
    if (found !== 0) {
      const length = found >> 8;
      if (length > this.#count) throw endsEarly();
      this.#count -= length;
      return found & 0xff;
    }
    for (let length = 9; length <= 16; length++) {
      if (length > this.#count) throw endsEarly();
      const code = (this.#bits >>> (this.#count - length)) & ((1 << length) - 1);
      if (code > (greatest[length] as number)) continue;
      this.#count -= length;
      return values[code + (offset[length] as number)] as number;
    }
    throw new BrokenScan('The compressed image has a code that its tables do not have.');
  }

  /**
   * Ends a run of data. Returns the position after its last byte and the number of bits of that byte that belong to no
   * code. Bytes read ahead are put back.
   */
  end(): { readonly end: number; readonly spareBits: number } {
    for (; this.#count >= 8; this.#count -= 8) {
      this.#at -= this.#bytes[this.#at - 1] === 0 && this.#bytes[this.#at - 2] === 0xff ? 2 : 1;
    }
    return { end: this.#at, spareBits: this.#count };
  }

  /** Continues at another position. */
  restart(at: number): void {
    this.#at = at;
    this.#count = 0;
  }
}

const endsEarly = () => new BrokenScan('The data of the compressed image is truncated.');
