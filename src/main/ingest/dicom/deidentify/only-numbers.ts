import { type Dictionary, formatTag } from '../dictionary';
import { parseNumber, splitPrintedList } from '../numbers/parse-number';
import { evenText } from './dummy-values';
import { splitValues } from './own-identity/without-identity';
import { holdsWords } from './text-in-binary';

/** Bytes of one number (PS3.5, 6.2). */
const SIZES: Readonly<Record<string, number>> = { US: 2, SS: 2, UL: 4, SL: 4, FL: 4, FD: 8, SV: 8, UV: 8, AT: 4 };
const WRITTEN = new Set(['DS', 'IS']);
/** Says nothing of how a value is stored. */
const BYTES = new Set(['UN', 'OB', 'OW']);

export interface NumberFacts {
  /** By the dictionary. */
  readonly known: string;
  /** By the file. */
  readonly written: string;
  /** Most values by the dictionary. */
  readonly most: number;
  readonly bigEndian: boolean;
}

/**
 * The value of an attribute of numbers without what is none: texts in place of numbers become empty values, bytes behind
 * as many numbers as the attribute can have go, and so do binary numbers that spell words or name attributes that there
 * are not. Null where nothing is to be done. What the reader takes for a
 * number (a decimal comma, a unit) stays as it is written. `read`: bytes as text.
 */
export function onlyNumbers(
  { known, written, most, bigEndian }: NumberFacts,
  value: Buffer,
  read: (bytes: Buffer) => string,
  dictionary: Dictionary,
): Buffer | null {
  if (!WRITTEN.has(known) && SIZES[known] === undefined) return null;
  const stored = BYTES.has(written) ? known : written;
  const size = SIZES[stored];
  if (size === undefined) return onlyWrittenNumbers(value, read);
  const numbers = value.subarray(0, Math.min(value.length - (value.length % size), most * size));
  const isText = stored === 'AT' ? !nameAttributes(numbers, bigEndian, dictionary) : holdsWords(numbers);
  if (isText) return Buffer.alloc(0);
  return numbers.length === value.length ? null : numbers;
}

/** Whether tags are those of attributes that DICOM has. */
function nameAttributes(tags: Buffer, bigEndian: boolean, dictionary: Dictionary): boolean {
  return Array.from({ length: tags.length / 4 }, (_, index) => 4 * index).every((at) => {
    const [group, element] = [at, at + 2].map((place) =>
      (bigEndian ? tags.readUInt16BE(place) : tags.readUInt16LE(place)).toString(16).padStart(4, '0'),
    );
    return dictionary[formatTag(`x${group}${element}`)] !== undefined;
  });
}

/** By a Value Multiplicity of the dictionary ("1", "1-3", "2-2n"). */
export function mostValues(multiplicity: string): number {
  const most = /^(?:\d+-)?(\d+)$/.exec(multiplicity)?.[1];
  return most === undefined ? Number.POSITIVE_INFINITY : Number(most);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: padding is NUL or space, and files hold worse.
const isBlank = (text: string): boolean => /^[\s\u0000-\u001f]*$/.test(text);

function isNumber(text: string): boolean {
  return (splitPrintedList(text) ?? [text]).every((one) => isBlank(one) || parseNumber(one) !== null);
}

function onlyWrittenNumbers(value: Buffer, read: (bytes: Buffer) => string): Buffer | null {
  const are = read(value).split('\\').map(isNumber);
  if (!are.includes(false)) return null;
  const pieces = splitValues(value, are.length);
  if (pieces === null || !are.includes(true)) return Buffer.alloc(0);
  const left = pieces.map((piece, index) => (are[index] === true ? piece.toString('latin1') : ''));
  return evenText(left.join('\\'));
}
