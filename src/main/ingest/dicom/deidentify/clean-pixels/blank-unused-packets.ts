import { damaged } from '../../damaged';
import type { StrippedJpeg2000, TilePart } from './strip-jpeg-2000';

/** A shorter tail of a tile may have no effect on the image, and is too short for text. */
const MIN_TAIL_BYTES = 4;

export type Decode = (codestream: Uint8Array) => Promise<Uint8Array>;

/** The packets of a tile, addressed from their end. */
class Tail {
  readonly #parts: readonly TilePart[];
  readonly length: number;

  constructor(parts: readonly TilePart[]) {
    this.#parts = [...parts].reverse();
    this.length = parts.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  /** Fills the last `count` bytes with zeros, which a decoder reads as empty packets. */
  blank(bytes: Buffer, count: number): void {
    let rest = count;
    for (const { start, end } of this.#parts) {
      const blanked = Math.min(rest, end - start);
      bytes.fill(0, end - blanked, end);
      rest -= blanked;
    }
  }
}

/**
 * Blanks data after the last packet of each tile, which every decoder skips, so it can hold anything. Only a decoder
 * that reads all packet headers knows where it begins; instead, fills the longest tail of each tile that can be zeroed
 * without changing the image. If nothing follows the image, zeroing changes it immediately, so this costs one more
 * decoding per tile.
 */
export async function blankUnusedPackets(
  { bytes, tileParts }: Pick<StrippedJpeg2000, 'bytes' | 'tileParts'>,
  decode: Decode,
): Promise<{ readonly bytes: Buffer; readonly samples: Uint8Array; readonly changed: boolean }> {
  const samples = await decode(bytes);
  let current = bytes;
  for (const tile of new Set(tileParts.map((part) => part.tile))) {
    const tail = new Tail(tileParts.filter((part) => part.tile === tile));
    const blanked = (count: number): Buffer => {
      const copy = Buffer.from(current);
      tail.blank(copy, count);
      return copy;
    };
    const isSame = async (count: number): Promise<boolean> => {
      const copy = blanked(count);
      if (copy.equals(current)) return true;
      // A codestream that the decoder rejects is not the same image.
      return decode(copy).then(
        (other) => isEqual(other, samples),
        () => false,
      );
    };
    let low = 0;
    let high = Math.min(MIN_TAIL_BYTES, tail.length);
    while (high > low && (await isSame(high))) {
      low = high;
      high = Math.min(2 * high, tail.length);
    }
    // Bisect for the longest tail that is not part of the image.
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (await isSame(middle)) low = middle;
      else high = middle;
    }
    if (low >= MIN_TAIL_BYTES) current = blanked(low);
  }
  const changed = !current.equals(bytes);
  // Tiles were checked one by one, so check them together.
  if (changed && !isEqual(await decode(current), samples)) {
    throw damaged('The compressed image could not be separated from other data.');
  }
  return { bytes: current, samples, changed };
}

/** Decoders also return byte arrays that Buffer does not compare. */
function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.length).equals(Buffer.from(b.buffer, b.byteOffset, b.length));
}
