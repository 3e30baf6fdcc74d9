import type { DataSet } from 'dicom-parser';
import { readLittleEndian } from '../little-endian';
import type { Notes } from '../notes';
import { type NumberAttribute, readNumbers } from '../numbers/read-numbers';

/** A Modality or VOI LUT (PS3.3, C.11.1.1 and C.11.2.1.1). */
export interface LookupTable {
  readonly first: number;
  /** Bits per entry by the descriptor; 8 if two entries are packed in a word. */
  readonly bits: number;
  readonly entries: Uint16Array;
}

const LUT_DESCRIPTOR: NumberAttribute = { tag: 'x00283002', name: 'LUT Descriptor', vr: 'US' };
const LUT_DATA = 'x00283006';

/** Looks up a value. Values below the first input map to the first entry, values above the last to the last. */
export function lookUp(table: LookupTable, value: number): number {
  const index = Math.min(Math.max(Math.round(value) - table.first, 0), table.entries.length - 1);
  return table.entries[index] as number;
}

/** Bytes per entry: two, or one if entries are packed. Null if `length` bytes are not a complete table. */
export function entryBytes(length: number, count: number): 1 | 2 | null {
  if (length >= 2 * count) return 2;
  return length === count || length === count + 1 ? 1 : null;
}

/** Reads 16-bit entries as words, and 8-bit ones as words or packed bytes depending on the length of the data. */
function readEntries(
  bytes: Uint8Array,
  count: number,
): { readonly entries: Uint16Array; readonly packed: boolean } | null {
  const each = entryBytes(bytes.length, count);
  if (each === null) return null;
  if (each === 1) return { packed: true, entries: Uint16Array.from(bytes.subarray(0, count)) };
  return { packed: false, entries: Uint16Array.from({ length: count }, (_, index) => wordAt(bytes, index)) };
}

const wordAt = (bytes: Uint8Array, index: number) =>
  (bytes[2 * index] as number) | ((bytes[2 * index + 1] as number) << 8);

/**
 * Reads the LUT in an item of a LUT sequence; null if there is none or it is incomplete, which is noted. The
 * descriptor's first value 0 means 65,536 entries; its second is signed if the input may be negative. `name`, such as
 * “VOI LUT”, is used in notes.
 */
export function readLookupTable(
  item: DataSet | undefined,
  signedInput: boolean,
  name: string,
  notes: Notes,
): LookupTable | null {
  if (item === undefined) return null;
  const [count, first, bits] = readNumbers(item, LUT_DESCRIPTOR, notes);
  const bytes = readLittleEndian(item, LUT_DATA);
  const length = count === 0 ? 65_536 : count;
  const read = bytes === null || typeof length !== 'number' ? null : readEntries(bytes, length);
  if (read === null || typeof first !== 'number' || typeof bits !== 'number' || length === 0) {
    notes.add(`The ${name} of the file is incomplete and is ignored.`);
    return null;
  }
  if (read.packed && bits !== 8) {
    notes.add(`The entries of the ${name} are narrower than its descriptor declares; they are read as stored.`);
  }
  const signed = signedInput || item.elements[LUT_DESCRIPTOR.tag]?.vr === 'SS';
  return {
    first: signed && first > 32_767 ? first - 65_536 : first,
    bits: read.packed ? 8 : bits,
    entries: read.entries,
  };
}
