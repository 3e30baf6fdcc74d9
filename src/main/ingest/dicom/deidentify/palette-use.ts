import { readChannels } from '../colour/palette';
import { readImageAttributes } from '../image-attributes';
import type { ParsedDicom } from '../parse';
import { readDicomFrame } from '../read-frame';

/** Which entries of a palette the pixels have, and how many bits of one are shown. */
export class PaletteUse {
  readonly #first: number;
  /** Bits of an entry of 16, of which the upper eight are shown. */
  readonly #bits: number;
  /** Values of the pixels; null where they could not be decoded. */
  readonly #values: ReadonlySet<number> | null;

  constructor(first: number, bits: number, values: ReadonlySet<number> | null) {
    this.#first = first;
    this.#bits = bits;
    this.#values = values;
  }

  /**
   * The entries of one colour with the brightest in place of those that no pixel has (the brightest says how many bits
   * an entry has), and with their upper eight bits again in place of lower ones that say more. `isSwapped`: words are big
   * endian. The same buffer where nothing is to be done.
   */
  clean(value: Buffer, count: number, isSwapped: boolean): Buffer {
    const out = Buffer.from(value);
    const wide = value.length >= 2 * count;
    const used = this.#usedEntries(count);
    for (let index = 0; index < count; index++) {
      if (!wide) {
        // Of swapped words the bytes stand crosswise.
        if (!used(index)) out[isSwapped ? index ^ 1 : index] = 255;
        continue;
      }
      const entry = isSwapped ? value.readUInt16BE(2 * index) : value.readUInt16LE(2 * index);
      const kept = used(index) ? this.#shown(entry) : 2 ** this.#bits - 1;
      if (isSwapped) out.writeUInt16BE(kept, 2 * index);
      else out.writeUInt16LE(kept, 2 * index);
    }
    return out.equals(value) ? value : out;
  }

  #usedEntries(count: number): (index: number) => boolean {
    if (this.#values === null) return () => true;
    const used = new Uint8Array(count);
    // Values below the first entry have the first, those above the last have the last (PS3.3, C.7.6.3.1.5).
    for (const value of this.#values) used[Math.min(Math.max(value - this.#first, 0), count - 1)] = 1;
    return (index) => used[index] === 1;
  }

  #shown(entry: number): number {
    const below = this.#bits - 8;
    const shown = entry >> below;
    if (below === 0 || entry === shown << below) return entry;
    return (shown * 257) >> (8 - below);
  }
}

/** Null where the pixels are no indices. Errors: those of reading the palette. */
export async function readPaletteUse(parsed: ParsedDicom, frames: number): Promise<PaletteUse | null> {
  const { dataSet } = parsed;
  const image = readImageAttributes(dataSet);
  if (image.photometricInterpretation !== 'PALETTE COLOR' || image.samples !== 1) return null;
  const { channels, bits } = readChannels(dataSet, image.signed, new Set());
  return new PaletteUse(channels[0].first, bits, await valuesOf(parsed, frames));
}

async function valuesOf(parsed: ParsedDicom, frames: number): Promise<ReadonlySet<number> | null> {
  const values = new Set<number>();
  try {
    for (let frame = 0; frame < frames; frame++) {
      let last = Number.NaN;
      for (const value of (await readDicomFrame(parsed, frame, new Set())).stored.values) {
        if (value !== last) values.add(value);
        last = value;
      }
    }
    return values;
  } catch {
    // The retired kinds of JPEG are taken apart and not decoded.
    return null;
  }
}
