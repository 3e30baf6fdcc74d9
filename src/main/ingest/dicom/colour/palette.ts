import type { DataSet } from 'dicom-parser';
import { damaged } from '../damaged';

/** One colour's look-up table (PS3.3, C.7.6.3.1.5 and C.7.6.3.1.6), with entries brought to 8 bits. */
export interface Palette {
  readonly first: number;
  readonly red: Uint8Array;
  readonly green: Uint8Array;
  readonly blue: Uint8Array;
}

interface Descriptor {
  readonly count: number;
  readonly first: number;
  readonly bits: number;
}

function readDescriptor(dataSet: DataSet, tag: string, signed: boolean): Descriptor {
  const count = dataSet.uint16(tag, 0);
  const first = signed ? dataSet.int16(tag, 1) : dataSet.uint16(tag, 1);
  const bits = dataSet.uint16(tag, 2);
  if (count === undefined || first === undefined || bits === undefined) {
    throw damaged('The image has a colour palette without its description.');
  }
  return { count: count === 0 ? 65_536 : count, first, bits };
}

function readWords(dataSet: DataSet, tag: string): Uint16Array | null {
  const element = dataSet.elements[tag];
  if (element === undefined) return null;
  if (element.dataOffset + element.length > dataSet.byteArray.length) return null;
  return Uint16Array.from({ length: element.length >> 1 }, (_, index) => dataSet.uint16(tag, index) ?? 0);
}

/**
 * Segmented palette data (PS3.3, C.7.9.2): 0 discrete (count, values), 1 linear (count, end value), 2 indirect (count
 * of segments, byte offset as two words). Errors: `damaged`; bounded by `count` entries.
 */
export function expandSegments(words: Uint16Array, count: number): Uint16Array {
  const out = new Uint16Array(count);
  let length = 0;
  let steps = 0;

  function put(value: number): void {
    if (length >= count) throw damaged('The colour palette of the image is longer than it says.');
    out[length++] = value;
  }

  function expand(start: number, segments: number, allowIndirect: boolean): void {
    let position = start;
    for (let segment = 0; segment < segments && position < words.length; segment++) {
      if (++steps > 4 * 65_536) throw damaged('The colour palette of the image does not end.');
      const opcode = words[position];
      const amount = words[position + 1];
      if (amount === undefined) throw damaged('The colour palette of the image is cut off.');
      if (opcode === 0) {
        if (position + 2 + amount > words.length) throw damaged('The colour palette of the image is cut off.');
        for (let index = 0; index < amount; index++) put(words[position + 2 + index] as number);
        position += 2 + amount;
      } else if (opcode === 1) {
        const end = words[position + 2];
        if (end === undefined || length === 0) throw damaged('The colour palette of the image is damaged.');
        const begin = out[length - 1] as number;
        for (let index = 1; index <= amount; index++) put(Math.round(begin + ((end - begin) * index) / amount));
        position += 3;
      } else if (opcode === 2 && allowIndirect) {
        const low = words[position + 2];
        const high = words[position + 3];
        if (low === undefined || high === undefined) throw damaged('The colour palette of the image is cut off.');
        expand((low + high * 65_536) >> 1, amount, false);
        position += 4;
      } else {
        throw damaged('The colour palette of the image is damaged.');
      }
    }
  }

  expand(0, Number.POSITIVE_INFINITY, true);
  if (length < count) throw damaged('The colour palette of the image is shorter than it says.');
  return out;
}

/** 8-bit entries may be packed two a word, low byte first, in the byte order of the file. */
function unpackBytes(words: Uint16Array, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => {
    const word = words[index >> 1] as number;
    return index % 2 === 0 ? word & 0xff : word >> 8;
  });
}

function readChannel(dataSet: DataSet, { count, bits }: Descriptor, dataTag: string, segmentedTag: string): Uint8Array {
  const words = readWords(dataSet, dataTag);
  const segmented = words === null ? readWords(dataSet, segmentedTag) : null;
  const values = words ?? (segmented === null ? null : expandSegments(segmented, count));
  if (values === null) throw damaged('The image has a colour palette without its entries.');
  if (values.length < count) {
    if (bits <= 8 && values.length * 2 >= count) return unpackBytes(values, count);
    throw damaged('The colour palette of the image is shorter than it says.');
  }
  const used = values.subarray(0, count);
  // Some writers say 16 bits and store 8: if nothing is above 255, there is nothing to scale down.
  const wide = bits > 8 && used.some((value) => value > 255);
  return Uint8Array.from(used, (value) => (wide ? value >> 8 : value & 0xff));
}

/** The palette of a PALETTE COLOR image. Errors: `damaged`. */
export function readPalette(dataSet: DataSet, signed: boolean): Palette {
  const red = readDescriptor(dataSet, 'x00281101', signed);
  const green = readDescriptor(dataSet, 'x00281102', signed);
  const blue = readDescriptor(dataSet, 'x00281103', signed);
  return {
    first: red.first,
    red: readChannel(dataSet, red, 'x00281201', 'x00281221'),
    green: readChannel(dataSet, green, 'x00281202', 'x00281222'),
    blue: readChannel(dataSet, blue, 'x00281203', 'x00281223'),
  };
}

/** Indices to interleaved RGB. Indices below the first entry take the first, above the last take the last. */
export function applyPalette(palette: Palette, indices: ArrayLike<number>): Uint8Array {
  const out = new Uint8Array(indices.length * 3);
  for (let pixel = 0; pixel < indices.length; pixel++) {
    const index = Math.max((indices[pixel] as number) - palette.first, 0);
    out[3 * pixel] = palette.red[Math.min(index, palette.red.length - 1)] as number;
    out[3 * pixel + 1] = palette.green[Math.min(index, palette.green.length - 1)] as number;
    out[3 * pixel + 2] = palette.blue[Math.min(index, palette.blue.length - 1)] as number;
  }
  return out;
}
