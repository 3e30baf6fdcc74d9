import type { DataSet } from 'dicom-parser';

/** A Modality or VOI LUT (PS3.3, C.11.1.1 and C.11.2.1.1). */
export interface LookupTable {
  readonly first: number;
  readonly bits: number;
  readonly entries: Uint16Array;
}

/** Values below the first input get the first entry, values above the last get the last. */
export function lookUp(table: LookupTable, value: number): number {
  const index = Math.min(Math.max(Math.round(value) - table.first, 0), table.entries.length - 1);
  return table.entries[index] as number;
}

/**
 * Reads LUT Descriptor (0028,3002) and LUT Data (0028,3006) of a LUT sequence's item. The descriptor's first value 0
 * means 65,536 entries; its second is signed when the input may be negative. Null when the table is absent or shorter
 * than it says.
 */
export function readLookupTable(item: DataSet | undefined, signedInput: boolean): LookupTable | null {
  const data = item?.elements['x00283006'];
  const count = item?.uint16('x00283002', 0);
  const bits = item?.uint16('x00283002', 2);
  const first = signedInput ? item?.int16('x00283002', 1) : item?.uint16('x00283002', 1);
  if (item === undefined || data === undefined || count === undefined || bits === undefined || first === undefined) {
    return null;
  }
  const length = count === 0 ? 65_536 : count;
  if (data.dataOffset + data.length > item.byteArray.length) return null;
  if (data.length >= 2 * length) {
    return { first, bits, entries: Uint16Array.from({ length }, (_, index) => item.uint16('x00283006', index) ?? 0) };
  }
  if (bits <= 8 && data.length >= length) {
    const bytes = item.byteArray.subarray(data.dataOffset, data.dataOffset + length);
    return { first, bits, entries: Uint16Array.from(bytes) };
  }
  return null;
}
