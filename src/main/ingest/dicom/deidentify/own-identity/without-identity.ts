import { hiddenData } from '../clean-pixels/hidden-data';
import { dummyValue } from '../dummy-values';
import { DICOM_ROOT } from '../uids';
import { isDefinedTerm } from './defined-terms';
import { bytesHoldIdentity, holdsIdentity, type IdentityTerms, isIdentity, numberIsIdentity } from './identity-terms';

const TEXTS = new Set(['AE', 'AS', 'CS', 'DS', 'IS', 'LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UI', 'UR', 'UT']);
/** In these a backslash is an ordinary character (PS3.5, 6.2). */
const SINGLE = new Set(['LT', 'ST', 'UT', 'UR']);

/** Attributes that define how characters and pixels are read: the rest is meaningless without them. */
const NEEDED = new Set(['x00080005', 'x00080016', 'x00280004']);
/** Tables of intensities and colours. */
const TABLES = /^x0028(3006|12[02][1-4]|1408)$/;

/** DICOM's defined terms for interpreting pixels and characters (PS3.3, C.7.6.3.1.2 and C.12.1.1.2). */
const DEFINED = /^(MONOCHROME[12]|PALETTE COLOR|RGB|YBR_[A-Z0-9_]+|ISO[_ ](IR|2022 IR) \d+|GB18030|GBK)?$/;

/**
 * Removes the file's own names, numbers and dates from a kept value: each value that contains one becomes a fixed word
 * (numbers: empty). Null if it contains none.
 *
 * `read` decodes the bytes with the character set of their data set.
 *
 * @throws FoveaError `hidden_data` if the image cannot be displayed without the value
 */
export function withoutIdentity(
  tag: string,
  vr: string,
  value: Buffer,
  read: (bytes: Buffer) => string,
  terms: IdentityTerms,
): Buffer | null {
  if (!TEXTS.has(vr)) {
    if (!bytesHoldIdentity(value, terms)) return null;
    if (TABLES.test(tag)) throw hiddenData('a table needed to display its image contains a name or number of the file');
    return Buffer.alloc(0);
  }
  const text = read(value);
  const parts = SINGLE.has(vr) ? [text] : text.split('\\');
  const found = parts.map((part) =>
    isNumber(vr, part)
      ? numberIsIdentity(part, terms)
      : // The patient number 10008 must not match every UID.
        holdsIdentity(vr === 'UI' ? part.replace(DICOM_ROOT, '') : part, terms) ||
        (vr !== 'UI' && !isDefinedTerm(tag, part) && isIdentity(part, terms)),
  );
  const isText = !parts.every((part) => isNumber(vr, part));
  const others = parts.filter((_, index) => found[index] === false).map(unpadded);
  const isSpread = isText && vr !== 'UI' && others.length > 1 && holdsIdentity(others.join(''), terms);
  // Or the declared character set obscures the words.
  const hidden = isSpread || (isText && vr !== 'UI' && bytesHoldIdentity(value, terms));
  if (!found.includes(true) && !hidden) return null;
  if (NEEDED.has(tag)) {
    if (parts.every((part) => DEFINED.test(unpadded(part)))) return null;
    throw hiddenData('a value needed to display its image contains a name or number of the file');
  }
  if (vr === 'DS' || vr === 'IS' || vr === 'UI') return Buffer.alloc(0);
  const dummy = dummyValue(vr);
  // Kept values are not decoded and re-encoded.
  const pieces = parts.length === 1 ? null : splitValues(value, parts.length);
  if (pieces === null || isSpread || !found.includes(true)) return dummy;
  const word = dummy.toString('latin1').trim();
  const joined = Buffer.concat(
    pieces.flatMap((piece, index) => [
      Buffer.from(index === 0 ? '' : '\\'),
      found[index] === true ? Buffer.from(word) : piece,
    ]),
  );
  return joined.length % 2 === 0 ? joined : Buffer.concat([joined, Buffer.from(' ')]);
}

const unpadded = (text: string): string => text.replaceAll('\0', '').trim();

const isNumber = (vr: string, text: string): boolean => (vr === 'DS' || vr === 'IS') && /^[\d+\-.eE\s\0]*$/.test(text);

/** Splits bytes at backslashes; null if a multi-byte character contains one. */
export function splitValues(value: Buffer, count: number): Buffer[] | null {
  const pieces: Buffer[] = [];
  let start = 0;
  for (let at = value.indexOf(0x5c); at >= 0; at = value.indexOf(0x5c, start)) {
    pieces.push(value.subarray(start, at));
    start = at + 1;
  }
  pieces.push(value.subarray(start));
  return pieces.length === count ? pieces : null;
}
