import type { DataSet, Element } from 'dicom-parser';
import { type CharacterSet, characterSetOf, type DecodedText } from './character-set';
import type { Notes } from './notes';

const SPECIFIC_CHARACTER_SET = 'x00080005';

/** Character set of this data set; `inherited` is that of the enclosing data set. */
export function readCharacterSet(dataSet: DataSet, inherited?: CharacterSet): CharacterSet {
  const element = dataSet.elements[SPECIFIC_CHARACTER_SET];
  if (element === undefined && inherited !== undefined) return inherited;
  const value = element === undefined ? '' : Buffer.from(bytesOf(dataSet, element)).toString('latin1');
  return characterSetOf(value.replaceAll('\0', ' '));
}

function bytesOf(dataSet: DataSet, { dataOffset, length }: Element, limit = Number.POSITIVE_INFINITY): Uint8Array {
  const end = Math.min(dataOffset + Math.min(length, limit), dataSet.byteArray.length);
  return dataSet.byteArray.subarray(dataOffset, end);
}

function decode(dataSet: DataSet, element: Element, limit?: number): DecodedText {
  return readCharacterSet(dataSet).decode(bytesOf(dataSet, element, limit), element.vr === 'PN');
}

/**
 * Reads at most `limit` bytes of a numeric string. These should be ASCII; otherwise tries UTF-8, then the character set
 * of the data set.
 */
export function textOf(dataSet: DataSet, element: Element, limit: number): string {
  const bytes = bytesOf(dataSet, element, limit);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return decode(dataSet, element, limit).text;
  }
}

/** Removes padding and control characters, and composes letters (NFC) so that equal words compare equal. */
export function cleanText(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: padding is NUL or space, and files hold worse.
      .replace(/[\u0000-\u001f\u007f]/g, ' ')
      .trim()
      .normalize('NFC')
  );
}

/**
 * Reads the value of a text element, cleaned; null if absent or empty. Notes bytes that could not be decoded reliably.
 */
export function readText(dataSet: DataSet, tag: string, notes?: Notes): string | null {
  const element = dataSet.elements[tag];
  if (element === undefined || element.length === 0 || element.items !== undefined) return null;
  const { text, faithful } = decode(dataSet, element);
  if (!faithful) {
    notes?.add('Text in the file does not match its declared character set; some letters may be wrong.');
  }
  const clean = cleanText(text);
  return clean === '' ? null : clean;
}

/** Notes a character set that DICOM does not define. */
export function noteCharacterSet(dataSet: DataSet, notes: Notes): void {
  if (!readCharacterSet(dataSet).known) {
    notes.add('The file declares an unknown character set; some letters may be wrong.');
  }
}
