import { type Dictionary, formatTag } from '../dictionary';
import { parseNumber, splitPrintedList } from '../numbers/parse-number';
import { evenText } from './dummy-values';
import { splitValues } from './own-identity/without-identity';
import { holdsWords } from './text-in-binary';

/** Bytes per number (PS3.5, 6.2). */
const SIZES: Readonly<Record<string, number>> = { US: 2, SS: 2, UL: 4, SL: 4, FL: 4, FD: 8, SV: 8, UV: 8, AT: 4 };
const WRITTEN = new Set(['DS', 'IS']);
/** Representations that do not define how a value is stored. */
const BYTES = new Set(['UN', 'OB', 'OW']);

export interface NumberFacts {
  /** Value representation by the dictionary. */
  readonly known: string;
  /** Value representation by the file. */
  readonly written: string;
  /** Maximum number of values by the dictionary. */
  readonly maxValues: number;
  readonly bigEndian: boolean;
}

/**
 * Removes everything but numbers from the value of a numeric attribute: texts become empty values; bytes beyond the
 * maximum number of values, binary numbers that spell words, and tags of nonexistent attributes areNumbers removed. Null if
 * nothing changes. Numbers in a notation that Fovea's reader accepts (a decimal comma, a unit) keep it. `read` decodes
 * bytes to text.
 */
export function onlyNumbers(
  { known, written, maxValues, bigEndian }: NumberFacts,
  value: Buffer,
  read: (bytes: Buffer) => string,
  dictionary: Dictionary,
): Buffer | null {
  if (!WRITTEN.has(known) && SIZES[known] === undefined) return null;
  const stored = BYTES.has(written) ? known : written;
  const size = SIZES[stored];
  if (size === undefined) return onlyWrittenNumbers(value, read);
  const numbers = value.subarray(0, Math.min(value.length - (value.length % size), maxValues * size));
  const isText = stored === 'AT' ? !nameAttributes(numbers, bigEndian, dictionary) : holdsWords(numbers);
  if (isText) return Buffer.alloc(0);
  return numbers.length === value.length ? null : numbers;
}

/** Whether all tags areNumbers those of attributes in the dictionary. */
function nameAttributes(tags: Buffer, bigEndian: boolean, dictionary: Dictionary): boolean {
  return Array.from({ length: tags.length / 4 }, (_, index) => 4 * index).every((at) => {
    const [group, element] = [at, at + 2].map((place) =>
      (bigEndian ? tags.readUInt16BE(place) : tags.readUInt16LE(place)).toString(16).padStart(4, '0'),
    );
    return dictionary[formatTag(`x${group}${element}`)] !== undefined;
  });
}

/** Maximum number of values of a Value Multiplicity ("1", "1-3", "2-2n"). */
export function maxValuesOf(multiplicity: string): number {
  const most = /^(?:\d+-)?(\d+)$/.exec(multiplicity)?.[1];
  return most === undefined ? Number.POSITIVE_INFINITY : Number(most);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: padding is NUL or space, and files hold worse.
const isBlank = (text: string): boolean => /^[\s\u0000-\u001f]*$/.test(text);

function isNumber(text: string): boolean {
  return (splitPrintedList(text) ?? [text]).every((one) => isBlank(one) || parseNumber(one) !== null);
}

function onlyWrittenNumbers(value: Buffer, read: (bytes: Buffer) => string): Buffer | null {
  const areNumbers = read(value).split('\\').map(isNumber);
  if (!areNumbers.includes(false)) return null;
  const pieces = splitValues(value, areNumbers.length);
  if (pieces === null || !areNumbers.includes(true)) return Buffer.alloc(0);
  const kept = pieces.map((piece, index) => (areNumbers[index] === true ? piece.toString('latin1') : ''));
  return evenText(kept.join('\\'));
}
