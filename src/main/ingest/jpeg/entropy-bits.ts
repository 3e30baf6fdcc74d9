import { FoveaError } from '#shared/ipc/errors';
import { damaged } from '../dicom/damaged';

/** The codes of a scan break off or make no sense: decoders that go on make the rest of the picture up. */
export class BrokenScan extends FoveaError {
  constructor(message: string) {
    super('damaged', message, { hint: 'Export the file again from where it came.' });
  }
}

/** Codes of a Huffman table by length (ITU-T T.81, F.2.2.3), with a short cut for those of up to eight bits. */
export interface HuffmanTable {
  readonly values: Uint8Array;
  /** By length 1 to 16: greatest code, or -1. */
  readonly greatest: Int32Array;
  /** By length: what to add to a code for the place of its value. */
  readonly offset: Int32Array;
  /** By the next eight bits: length << 8 | value, or 0. */
  readonly short: Uint16Array;
}

/** `definition`: 16 counts of codes by length, then their values. Errors: `damaged`. */
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

/** Reads entropy-coded data bit by bit; FF 00 is one byte FF, and any other marker ends them (T.81, F.2.2.5). */
export class EntropyBits {
  readonly #bytes: Uint8Array;
  #at: number;
  #bits = 0;
  /** Bits in `#bits` that were not taken yet. */
  #count = 0;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#at = start;
  }

  /** Puts 17 bits or more into the register, or all that are there. */
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

  /** The next value by a Huffman table. */
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
   * Ends a run of data: answers where its last byte ends and how many bits of that byte belong to no code. What was read
   * ahead counts as not read.
   */
  end(): { readonly end: number; readonly spareBits: number } {
    for (; this.#count >= 8; this.#count -= 8) {
      this.#at -= this.#bytes[this.#at - 1] === 0 && this.#bytes[this.#at - 2] === 0xff ? 2 : 1;
    }
    return { end: this.#at, spareBits: this.#count };
  }

  /** Goes on at another place. */
  restart(at: number): void {
    this.#at = at;
    this.#count = 0;
  }
}

const endsEarly = () => new BrokenScan('The data of the compressed image is truncated.');
