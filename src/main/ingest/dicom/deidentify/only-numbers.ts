import { parseNumber, splitPrintedList } from '../numbers/parse-number';
import { evenText } from './dummy-values';
import { splitValues } from './own-identity/without-identity';

/** Bytes of one number (PS3.5, 6.2). */
const SIZES: Readonly<Record<string, number>> = { US: 2, SS: 2, UL: 4, SL: 4, FL: 4, FD: 8 };
const WRITTEN = new Set(['DS', 'IS']);
/** Says nothing of how a value is stored. */
const BYTES = new Set(['UN', 'OB', 'OW']);

export interface NumberFacts {
  /** By the dictionary. */
  readonly known: string;
  /** By the file. */
  readonly written: string;
  /** Value Multiplicity by the dictionary ("1", "1-3", "2-2n"). */
  readonly multiplicity: string;
}

/**
 * The value of an attribute of numbers without what is none: texts in place of numbers become empty values, and bytes
 * behind as many numbers as the attribute can have go. Null where nothing is to be done. What the reader takes for a
 * number (a decimal comma, a unit) stays as it is written. `read`: bytes as text.
 */
export function onlyNumbers(
  { known, written, multiplicity }: NumberFacts,
  value: Buffer,
  read: (bytes: Buffer) => string,
): Buffer | null {
  if (!WRITTEN.has(known) && SIZES[known] === undefined) return null;
  const stored = BYTES.has(written) ? known : written;
  const size = SIZES[stored];
  if (size === undefined) return onlyWrittenNumbers(value, read);
  const most = mostValues(multiplicity);
  const length = Math.min(value.length - (value.length % size), most * size);
  return length === value.length ? null : value.subarray(0, length);
}

function mostValues(multiplicity: string): number {
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
