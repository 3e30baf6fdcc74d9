import { damaged } from '../damaged';

/** More steps than any palette of 65,536 entries needs. */
const MAX_STEPS = 4 * 65_536;

const tooShort = () => damaged('The colour palette of the image is truncated.');

/**
 * Expands segmented palette data (PS3.3, C.7.9.2): 0 discrete (count, values), 1 linear (count, end value), 2 indirect
 * (count of segments, byte offset, low word first). `fields` are bytes for an 8-bit palette and words for a 16-bit one,
 * according to `fieldBytes`. Bounded by `count` entries.
 * @throws FoveaError `damaged`
 */
export function expandSegments(fields: Uint8Array | Uint16Array, count: number, fieldBytes: 1 | 2): Uint16Array {
  const out = new Uint16Array(count);
  let length = 0;
  let steps = 0;

  function put(value: number): void {
    if (length >= count) throw damaged('The colour palette of the image is longer than declared.');
    out[length++] = value;
  }

  function field(position: number): number {
    const value = fields[position];
    if (value === undefined) throw tooShort();
    return value;
  }

  /** Reads the byte offset (two words, or four bytes) at `position` and converts it to an index of `fields`. */
  function offsetAt(position: number): number {
    if (fieldBytes === 2) return (field(position) + field(position + 1) * 65_536) >> 1;
    return [0, 1, 2, 3].reduce((sum, index) => sum + field(position + index) * 256 ** index, 0);
  }

  function expand(start: number, segments: number, allowIndirect: boolean): void {
    let position = start;
    for (let segment = 0; segment < segments && position < fields.length; segment++) {
      // Data after a complete palette is padding to an even length.
      if (allowIndirect && length === count) return;
      if (++steps > MAX_STEPS) throw damaged('The colour palette of the image has no end.');
      const opcode = field(position);
      const amount = field(position + 1);
      if (opcode === 0) {
        for (let index = 0; index < amount; index++) put(field(position + 2 + index));
        position += 2 + amount;
      } else if (opcode === 1) {
        const end = field(position + 2);
        if (length === 0) throw damaged('The colour palette of the image is damaged.');
        const begin = out[length - 1] as number;
        for (let index = 1; index <= amount; index++) put(Math.round(begin + ((end - begin) * index) / amount));
        position += 3;
      } else if (opcode === 2 && allowIndirect) {
        expand(offsetAt(position + 2), amount, false);
        position += fieldBytes === 2 ? 4 : 6;
      } else {
        throw damaged('The colour palette of the image is damaged.');
      }
    }
  }

  expand(0, Number.POSITIVE_INFINITY, true);
  if (length < count) throw damaged('The colour palette of the image is shorter than declared.');
  return out;
}
