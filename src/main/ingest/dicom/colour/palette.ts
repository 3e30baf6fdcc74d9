import type { DataSet } from 'dicom-parser';
import { damaged } from '../damaged';
import { readLittleEndian } from '../little-endian';
import type { Notes } from '../notes';
import { readNumbers } from '../numbers/read-numbers';
import { expandSegments } from './segmented-palette';

/** Look-up tables of the three colours (PS3.3, C.7.6.3.1.5 and C.7.6.3.1.6), with entries converted to 8 bits. */
export interface Palette {
  readonly first: number;
  readonly red: Uint8Array;
  readonly green: Uint8Array;
  readonly blue: Uint8Array;
}

/** Stored entries of one colour. `described`: bits by the descriptor. `depth`: bits by the length of the data. */
interface Channel {
  readonly first: number;
  readonly described: number;
  readonly depth: 8 | 16;
  readonly entries: Uint8Array | Uint16Array;
}

function toWords(bytes: Uint8Array): Uint16Array {
  return Uint16Array.from(
    { length: bytes.length >> 1 },
    (_, index) => (bytes[2 * index] as number) | ((bytes[2 * index + 1] as number) << 8),
  );
}

/**
 * Bits per stored entry: 16 if there is a word for each, 8 if there is a byte for each (packed). Null if `length` bytes
 * are too few or ambiguous.
 */
export function plainDepth(length: number, count: number, described: number): Channel['depth'] | null {
  if (length >= 2 * count) return 16;
  const packed = length === count || length === count + 1;
  return packed || (described <= 8 && length >= count) ? 8 : null;
}

/** @throws FoveaError `damaged` */
function readPlain(bytes: Uint8Array, count: number, described: number): Pick<Channel, 'depth' | 'entries'> {
  const depth = plainDepth(bytes.length, count, described);
  if (depth === null) throw damaged('The colour palette of the image is shorter than declared.');
  return { depth, entries: (depth === 16 ? toWords(bytes) : bytes).subarray(0, count) };
}

/** Reads segmented entries. Their length does not reveal the depth: tries the descriptor's first, then the other. */
function readSegmented(bytes: Uint8Array, count: number, described: number): Pick<Channel, 'depth' | 'entries'> {
  const read = (depth: 8 | 16) => ({
    depth,
    entries: depth === 8 ? expandSegments(bytes, count, 1) : expandSegments(toWords(bytes), count, 2),
  });
  const [first, second] = described <= 8 ? ([8, 16] as const) : ([16, 8] as const);
  try {
    return read(first);
  } catch (error) {
    try {
      return read(second);
    } catch {
      throw error;
    }
  }
}

/**
 * Shortest prefix, in bytes, of the segmented data that yields all entries.
 * @throws FoveaError `damaged`
 */
export function segmentedLength(bytes: Uint8Array, count: number, described: number): number {
  const { depth } = readSegmented(bytes, count, described);
  const isEnough = (length: number): boolean => {
    try {
      return readSegmented(bytes.subarray(0, length), count, described).depth === depth;
    } catch {
      return false;
    }
  };
  let [tooFew, enough] = [0, bytes.length];
  while (enough - tooFew > 1) {
    const middle = (tooFew + enough) >> 1;
    if (isEnough(middle)) enough = middle;
    else tooFew = middle;
  }
  return enough;
}

function readChannel(dataSet: DataSet, colour: 1 | 2 | 3, signed: boolean, notes: Notes): Channel {
  const tag = `x0028110${colour}`;
  const [declared, firstRead, described] = readNumbers(
    dataSet,
    { tag, name: 'Palette Color Lookup Table Descriptor', vr: 'US' },
    notes,
  );
  if (typeof declared !== 'number' || typeof firstRead !== 'number' || typeof described !== 'number') {
    throw damaged('The image has a colour palette without a descriptor.');
  }
  const count = declared === 0 ? 65_536 : declared;
  const first = (signed || dataSet.elements[tag]?.vr === 'SS') && firstRead > 32_767 ? firstRead - 65_536 : firstRead;
  const plain = readLittleEndian(dataSet, `x0028120${colour}`);
  const segmented = plain === null ? readLittleEndian(dataSet, `x0028122${colour}`) : null;
  if (plain !== null) return { first, described, ...readPlain(plain, count, described) };
  if (segmented !== null) return { first, described, ...readSegmented(segmented, count, described) };
  throw damaged('The image has a colour palette without entries.');
}

function largestOf(entries: ArrayLike<number>): number {
  let largest = 0;
  for (let index = 0; index < entries.length; index++) largest = Math.max(largest, entries[index] as number);
  return largest;
}

/**
 * Bits used by 16-bit entries, common to all three colours because one may be dark throughout. The descriptor's depth
 * unless an entry exceeds it; 8 if no entry exceeds 8 bits, which some writers declare as 16.
 */
function usedBits(channels: readonly Channel[], notes: Notes): number {
  const wide = channels.filter(({ depth }) => depth === 16);
  if (wide.length === 0) return 8;
  const largest = Math.max(...wide.map(({ entries }) => largestOf(entries)));
  const described = Math.max(...wide.map((channel) => channel.described));
  const bits = largest < 256 ? 8 : described > 8 && described <= 16 && largest < 2 ** described ? described : 16;
  if (bits !== described) {
    notes.add(
      'The bit depth of the palette entries differs from the declared depth; the depth of the entries is used.',
    );
  }
  return bits;
}

/**
 * The three colours as stored, and the bits used by 16-bit entries.
 * @throws FoveaError `damaged`
 */
export function readChannels(dataSet: DataSet, signed: boolean, notes: Notes) {
  const channels = ([1, 2, 3] as const).map((colour) => readChannel(dataSet, colour, signed, notes));
  return { channels: channels as [Channel, Channel, Channel], bits: usedBits(channels, notes) };
}

/**
 * Reads the palette of a PALETTE COLOR image.
 * @throws FoveaError `damaged`
 */
export function readPalette(dataSet: DataSet, signed: boolean, notes: Notes): Palette {
  const { channels, bits } = readChannels(dataSet, signed, notes);
  const [red, green, blue] = channels;
  const shift = bits - 8;
  if (channels.some(({ depth, described }) => depth !== red.depth || (depth === 8 && described !== 8))) {
    notes.add(
      'The bit depth of the palette entries differs from the declared depth; the depth of the entries is used.',
    );
  }
  if (channels.some(({ first, entries }) => first !== red.first || entries.length !== red.entries.length)) {
    notes.add('The three colours of the palette differ in length or first value; the first value of red is used.');
  }
  const toBytes = ({ depth, entries }: Channel) =>
    Uint8Array.from(entries, (value) => (depth === 8 ? value : value >> shift));
  return { first: red.first, red: toBytes(red), green: toBytes(green), blue: toBytes(blue) };
}

/**
 * Maps indices to interleaved RGB. Indices below the first entry use the first, indices above the last use the last.
 */
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
