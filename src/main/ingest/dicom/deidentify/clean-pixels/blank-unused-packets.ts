import { damaged } from '../../damaged';
import type { StrippedJpeg2000, TilePart } from './strip-jpeg-2000';

/** Fewer bytes than this at the end of a tile may do without an effect on the picture, and hold no text. */
const LEAST_TAIL = 4;

/** Decodes a codestream to its samples. */
export type Decode = (codestream: Uint8Array) => Promise<Uint8Array>;

/** Where a byte at `place` from the end of a tile's packets is, and how many there are. */
class Tail {
  readonly #parts: readonly TilePart[];
  readonly length: number;

  constructor(parts: readonly TilePart[]) {
    this.#parts = [...parts].reverse();
    this.length = parts.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  /** Fills the last `count` bytes with zero: to a decoder they are packets without anything in them. */
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
 * Packets behind the last one of a tile are skipped by every decoder, so anything can stand there. Only a decoder that
 * reads all packet headers knows where they begin; instead, the longest end of each tile that can be filled with zeros
 * without a change to the picture is filled with zeros. An end of an image that has nothing behind it changes the
 * picture at once, so this costs one decoding more a tile.
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
      // Whatever a decoder refuses is not the same picture.
      return decode(copy).then(
        (other) => isEqual(other, samples),
        () => false,
      );
    };
    let least = 0;
    let most = Math.min(LEAST_TAIL, tail.length);
    while (most > least && (await isSame(most))) {
      least = most;
      most = Math.min(2 * most, tail.length);
    }
    // Between them is the longest end that is not part of the picture.
    while (most - least > 1) {
      const middle = (least + most) >> 1;
      if (await isSame(middle)) least = middle;
      else most = middle;
    }
    if (least >= LEAST_TAIL) current = blanked(least);
  }
  const changed = !current.equals(bytes);
  // Tiles were looked at one by one.
  if (changed && !isEqual(await decode(current), samples)) {
    throw damaged('The compressed image could not be separated from other data.');
  }
  return { bytes: current, samples, changed };
}

/** Decoders answer with other kinds of byte arrays too, which Buffer does not compare. */
function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.length).equals(Buffer.from(b.buffer, b.byteOffset, b.length));
}
