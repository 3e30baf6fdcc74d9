import { readChannels } from '../colour/palette';
import { readImageAttributes } from '../image-attributes';
import type { ParsedDicom } from '../parse';
import { readDicomFrame } from '../read-frame';

/** Records which palette entries the pixels use, and how many bits of an entry are displayed. */
export class PaletteUse {
  readonly #first: number;
  /** Bits used by a 16-bit entry; the upper eight are displayed. */
  readonly #bits: number;
  /** Pixel values; null if they could not be decoded. */
  readonly #values: ReadonlySet<number> | null;

  constructor(first: number, bits: number, values: ReadonlySet<number> | null) {
    this.#first = first;
    this.#bits = bits;
    this.#values = values;
  }

  /**
   * Cleans the entries of one colour: an entry that no pixel uses becomes the brightest one (which defines the bits of
   * an entry), and lower bits with additional information are replaced by the upper eight. `isSwapped`: words are big
   * endian. Returns the same buffer if nothing changes.
   */
  clean(value: Buffer, count: number, isSwapped: boolean): Buffer {
    const out = Buffer.from(value);
    const wide = value.length >= 2 * count;
    const used = this.#usedEntries(count);
    for (let index = 0; index < count; index++) {
      if (!wide) {
        // In swapped words the two bytes are exchanged.
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
    // Values below the first entry use the first, values above the last use the last (PS3.3, C.7.6.3.1.5).
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

/**
 * Null if the pixels are not palette indices.
 * @throws FoveaError as reading the palette
 */
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
    // Retired JPEG processes are parsed but not decoded.
    return null;
  }
}
