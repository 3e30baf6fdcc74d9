import type { DataSet } from 'dicom-parser';
import { plainDepth, segmentedLength } from '../colour/palette';
import { entryBytes } from '../intensity/lookup-table';
import { readLittleEndian } from '../little-endian';
import { readNumbers } from '../numbers/read-numbers';
import { hiddenData } from './clean-pixels/hidden-data';
import type { PaletteUse } from './palette-use';
import { holdsWords } from './text-in-binary';

/** Descriptors and data of palettes: plain, segmented and retired large ones (PS3.3, C.7.6.3 and C.7.9). */
const PALETTE = /^x00281[12][012][1-3]$/;
/** Opacity of palette entries, used only by blending presentation states (PS3.3, C.11.14). */
const PLAIN_PALETTE = /^x0028120[1-3]$/;
const ALPHA = /^x00281[12][02]4$/;
const ICC_PROFILE = 'x00282000';

/**
 * Whether Fovea displays no image with a table: colour profiles, opacity, palettes (supplemental ones too) of images
 * without palette indices, and the second of two tables for one colour. `paletteUse`: null if the pixels do not index
 * this data set's palette.
 */
export function isUnusedTable(dataSet: DataSet, tag: string, paletteUse: PaletteUse | null): boolean {
  if (tag === ICC_PROFILE || ALPHA.test(tag)) return true;
  if (!PALETTE.test(tag)) return false;
  const isSegmented = tag.startsWith('x0028122');
  return (
    paletteUse === null || (isSegmented && readLittleEndian(dataSet, tag.replace('x0028122', 'x0028120')) !== null)
  );
}

/** Descriptors of intensity and colour tables, which define the number of entries (PS3.3, C.7.6.3.1.5 and C.11). */
const DESCRIPTORS: Readonly<Record<string, string>> = {
  x00283006: 'x00283002',
  x00281201: 'x00281101',
  x00281202: 'x00281102',
  x00281203: 'x00281103',
  x00281221: 'x00281101',
  x00281222: 'x00281102',
  x00281223: 'x00281103',
};

/** Whether a binary attribute is not one of the tables that display an image: it could hold anything. */
export const isUnusedBinary = (tag: string, vr: string): boolean => /^O[BDFLVW]$/.test(vr) && !(tag in DESCRIPTORS);

/**
 * Trims a table to the data that displays an image. Removes bytes after its entries (as Fovea reads palettes and LUTs),
 * palette entries that no pixel uses, and their bits below the eight displayed; empties a table that Fovea cannot read.
 * Returns the same buffer if nothing changes.
 * @throws FoveaError `hidden_data`, also if the entries spell words
 */
export function trimTable(dataSet: DataSet, tag: string, value: Buffer, paletteUse: PaletteUse | null): Buffer {
  const descriptor = DESCRIPTORS[tag];
  if (descriptor === undefined) return value;
  const bytes = readLittleEndian(dataSet, tag) ?? new Uint8Array(0);
  const [declared, , described] = readNumbers(dataSet, { tag: descriptor, name: 'Descriptor', vr: 'US' }, new Set());
  if (typeof declared !== 'number' || typeof described !== 'number') return Buffer.alloc(0);
  const count = declared === 0 ? 65_536 : declared;
  const used = usedBytes(tag, bytes, count, described);
  // Words of a big-endian file are returned as a copy.
  const isSwapped = bytes.buffer !== value.buffer;
  const trimmed = padded(value, used, isSwapped);
  if (PLAIN_PALETTE.test(tag)) return paletteUse?.clean(trimmed, count, isSwapped) ?? trimmed;
  if (holdsWords(bytes.subarray(0, used))) throw hiddenData('a table needed to display its image contains words');
  return trimmed;
}

function usedBytes(tag: string, bytes: Uint8Array, count: number, described: number): number {
  if (tag === 'x00283006') return count * (entryBytes(bytes.length, count) ?? 0);
  if (tag.startsWith('x0028122')) {
    try {
      return segmentedLength(bytes, count, described);
    } catch {
      return 0;
    }
  }
  const depth = plainDepth(bytes.length, count, described);
  if (depth === 16 && described <= 8 && contradicts(bytes.subarray(0, 2 * count))) {
    throw hiddenData('the entries of its palette are wider than declared');
  }
  return depth === null ? 0 : (count * depth) / 8;
}

/**
 * Whether words of an 8-bit table hold a different value in their upper byte than in their lower one: some programs
 * display the one, some the other. Scaled values (v * 256, v * 257) count as equal.
 */
function contradicts(bytes: Uint8Array): boolean {
  let [anyAbove, anyOther] = [false, false];
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    const [low, above] = [bytes[at] as number, bytes[at + 1] as number];
    if (above !== 0) anyAbove = true;
    if (low !== 0 && low !== above) anyOther = true;
  }
  return anyAbove && anyOther;
}

/**
 * The first `used` bytes, padded with a zero to an even length; in swapped words the pad is the byte before the last.
 */
function padded(value: Buffer, used: number, isSwapped: boolean): Buffer {
  if (used % 2 === 0 || used >= value.length) return used < value.length ? value.subarray(0, used) : value;
  const out = Buffer.from(value.subarray(0, used + 1));
  out[isSwapped ? used - 1 : used] = 0;
  return out;
}
