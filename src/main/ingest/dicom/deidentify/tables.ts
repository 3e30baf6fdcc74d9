import type { DataSet } from 'dicom-parser';
import { plainDepth, segmentedLength } from '../colour/palette';
import { entryBytes } from '../intensity/lookup-table';
import { readLittleEndian } from '../little-endian';
import { readNumbers } from '../numbers/read-numbers';
import { hiddenData } from './clean-pixels/hidden-data';
import type { PaletteUse } from './palette-use';
import { holdsWords } from './text-in-binary';

/** Descriptors and data of palettes: plain, segmented and the retired large ones (PS3.3, C.7.6.3 and C.7.9). */
const PALETTE = /^x00281[12][012][1-3]$/;
/** Opacity of palette entries, which only blending presentation states use (PS3.3, C.11.14). */
const PLAIN_PALETTE = /^x0028120[1-3]$/;
const ALPHA = /^x00281[12][02]4$/;
const ICC_PROFILE = 'x00282000';

/**
 * Tables that Fovea shows no image by: colour profiles, opacity, palettes of images that have no indices (supplemental
 * ones too), and the second of two for one colour. `paletteUse`: null where the pixels are no indices into this data
 * set's palette.
 */
export function isUnusedTable(dataSet: DataSet, tag: string, paletteUse: PaletteUse | null): boolean {
  if (tag === ICC_PROFILE || ALPHA.test(tag)) return true;
  if (!PALETTE.test(tag)) return false;
  const isSegmented = tag.startsWith('x0028122');
  return (
    paletteUse === null || (isSegmented && readLittleEndian(dataSet, tag.replace('x0028122', 'x0028120')) !== null)
  );
}

/** Tables of intensities and colours, and what says how many entries they have (PS3.3, C.7.6.3.1.5 and C.11). */
const DESCRIPTORS: Readonly<Record<string, string>> = {
  x00283006: 'x00283002',
  x00281201: 'x00281101',
  x00281202: 'x00281102',
  x00281203: 'x00281103',
  x00281221: 'x00281101',
  x00281222: 'x00281102',
  x00281223: 'x00281103',
};

/** Whether an attribute of bytes is none of the tables that an image is shown by: it could hold anything. */
export const isUnusedBinary = (tag: string, vr: string): boolean => /^O[BDFLVW]$/.test(vr) && !(tag in DESCRIPTORS);

/**
 * A table without what no picture is shown by: what stands behind its entries, as the readers of palettes and LUTs take
 * them, and entries of a palette that no pixel has and their bits below the eight that are shown; nothing of one that
 * they do not take. The same buffer where nothing is to be done. Errors: `hidden_data`, also where the entries spell
 * words.
 */
export function trimTable(dataSet: DataSet, tag: string, value: Buffer, paletteUse: PaletteUse | null): Buffer {
  const descriptor = DESCRIPTORS[tag];
  if (descriptor === undefined) return value;
  const bytes = readLittleEndian(dataSet, tag) ?? new Uint8Array(0);
  const [declared, , described] = readNumbers(dataSet, { tag: descriptor, name: 'Descriptor', vr: 'US' }, new Set());
  if (typeof declared !== 'number' || typeof described !== 'number') return Buffer.alloc(0);
  const count = declared === 0 ? 65_536 : declared;
  const used = usedBytes(tag, bytes, count, described);
  // Words of a big-endian file come as a copy.
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
 * Whether words of a table of 8 bits hold another value above the 8 bits than in them: some programs show the one and
 * some the other. Values that were moved up (v * 256, v * 257) are one value.
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

/** The first `used` bytes, and a zero up to an even length, which of swapped words is the byte before the last. */
function padded(value: Buffer, used: number, isSwapped: boolean): Buffer {
  if (used % 2 === 0 || used >= value.length) return used < value.length ? value.subarray(0, used) : value;
  const out = Buffer.from(value.subarray(0, used + 1));
  out[isSwapped ? used - 1 : used] = 0;
  return out;
}
