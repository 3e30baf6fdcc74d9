import type { DataSet, Element } from 'dicom-parser';
import type { TagRow } from '../types';
import type { CharacterSet } from './character-set';
import { formatTag, loadDictionary } from './dictionary';
import { isIdentifying } from './identifying-tags';
import { cleanText, readCharacterSet } from './text';

/** Shown in place of an identifying value. */
export const MASK = '•••';

/** Longer values are cut: the list is for people. */
const MAX_VALUE_LENGTH = 128;
const MAX_NUMBERS = 16;
/** Maximum rows for one file, including nested items. */
const MAX_ROWS = 2000;
const MAX_DEPTH = 6;

const BINARY = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN', 'SQ']);

function readNumbers(dataSet: DataSet, tag: string, element: Element, vr: string): string | null {
  const readers: Readonly<Record<string, readonly [number, (index: number) => number | undefined]>> = {
    US: [2, (index) => dataSet.uint16(tag, index)],
    SS: [2, (index) => dataSet.int16(tag, index)],
    UL: [4, (index) => dataSet.uint32(tag, index)],
    SL: [4, (index) => dataSet.int32(tag, index)],
    FL: [4, (index) => dataSet.float(tag, index)],
    FD: [8, (index) => dataSet.double(tag, index)],
  };
  const reader = readers[vr];
  if (reader === undefined) return null;
  const [size, read] = reader;
  const count = Math.floor(element.length / size);
  const shown = Array.from({ length: Math.min(count, MAX_NUMBERS) }, (_, index) => String(read(index) ?? ''));
  return shown.join('\\') + (count > MAX_NUMBERS ? `\\… (${count} values)` : '');
}

function readValue(dataSet: DataSet, tag: string, element: Element, vr: string, text: CharacterSet): string {
  if (element.dataOffset + element.length > dataSet.byteArray.length) return '(cut off)';
  if (vr === 'AT') return element.length >= 4 ? formatTag(dataSet.attributeTag(tag) ?? 'x00000000') : '';
  const numbers = readNumbers(dataSet, tag, element, vr);
  if (numbers !== null) return numbers;
  if (BINARY.has(vr)) return `(${element.length} bytes)`;
  const end = element.dataOffset + Math.min(element.length, 4 * MAX_VALUE_LENGTH);
  const value = cleanText(text.decode(dataSet.byteArray.subarray(element.dataOffset, end), vr === 'PN').text);
  return value.length > MAX_VALUE_LENGTH ? `${value.slice(0, MAX_VALUE_LENGTH)}…` : value;
}

/**
 * Lists the elements of a data set in tag order, nested items after their sequence. Masks identifying elements,
 * everything inside identifying sequences and all private elements unless `identifying` is set.
 */
export async function listTags(dataSet: DataSet, identifying: boolean): Promise<TagRow[]> {
  const dictionary = await loadDictionary();
  const rows: TagRow[] = [];

  function add(scope: DataSet, outer: CharacterSet | undefined, inherited: boolean, depth: number): void {
    const text = readCharacterSet(scope, outer);
    for (const tag of Object.keys(scope.elements).sort()) {
      const element = scope.elements[tag];
      if (element === undefined || tag.startsWith('xfffe') || rows.length >= MAX_ROWS) continue;
      const entry = dictionary[formatTag(tag)];
      const vr = element.vr ?? entry?.vr ?? 'UN';
      const secret = inherited || isIdentifying(tag, vr);
      const isSequence = element.items !== undefined;
      const value = isSequence
        ? `(${element.items?.length ?? 0} items)`
        : secret && !identifying && element.length > 0
          ? MASK
          : readValue(scope, tag, element, vr.slice(0, 2), text);
      rows.push({
        tag: formatTag(tag),
        keyword: entry?.name ?? '',
        vr: isSequence ? 'SQ' : vr,
        value,
        identifying: secret,
      });
      if (depth >= MAX_DEPTH) continue;
      for (const item of element.items ?? []) if (item.dataSet) add(item.dataSet, text, secret, depth + 1);
    }
  }

  add(dataSet, undefined, false, 0);
  return rows;
}
