import type { DataSet, Element } from 'dicom-parser';
import type { CharacterSet } from '../character-set';
import { truncated } from '../damaged';
import type { Dictionary } from '../dictionary';
import type { ActionCounts } from './action-counts';
import { mostValues, onlyNumbers } from './only-numbers';
import { onlyText } from './only-text';
import type { IdentityTerms } from './own-identity/identity-terms';
import { withoutIdentity } from './own-identity/without-identity';
import type { PaletteUse } from './palette-use';
import { trimTable } from './tables';

export interface KeptContext {
  readonly dictionary: Dictionary;
  readonly bigEndian: boolean;
  readonly counts: ActionCounts;
  /** The file's own names, numbers and dates, which no kept value may hold. */
  readonly terms: IdentityTerms;
  readonly characterSet: CharacterSet;
  readonly paletteUse: PaletteUse | null;
}

export interface KeptElement {
  readonly tag: string;
  readonly element: Element;
  /** By the dictionary. */
  readonly known: string;
  readonly multiplicity: string;
  /** By the file. */
  readonly written: string;
}

export function valueBytes(dataSet: DataSet, { dataOffset, length }: Element): Buffer {
  const { byteArray } = dataSet;
  if (dataOffset + length > byteArray.length) throw truncated('The DICOM file ends inside an element.');
  return Buffer.from(byteArray.buffer, byteArray.byteOffset + dataOffset, length);
}

/**
 * The value of an attribute that is kept: the same bytes, without what stands behind a table, what its representation
 * does not allow, and what the file says of its patient. `replaced`: by a value of the dictionary's representation.
 * Errors: `hidden_data`, `truncated`.
 */
export function keptValue(
  dataSet: DataSet,
  { tag, element, known, multiplicity, written }: KeptElement,
  { dictionary, bigEndian, counts, terms, characterSet, paletteUse }: KeptContext,
): { readonly value: Buffer; readonly replaced: boolean } {
  const read = (bytes: Buffer): string => characterSet.decode(bytes).text;
  const most = mostValues(multiplicity);
  const whole = valueBytes(dataSet, element);
  const table = trimTable(dataSet, tag, whole, paletteUse);
  if (table !== whole) counts.add('outside tables', 'table data not needed to display the image', 'removed');
  const numbers = onlyNumbers({ known, written, most, bigEndian }, table, read, dictionary);
  if (numbers !== null) counts.add('no numbers', 'text in place of numbers', 'emptied');
  const text = onlyText({ known, most }, table, read);
  if (text !== null) counts.add('no values', 'text that does not match the attribute', 'replaced');
  const value = numbers ?? text ?? table;
  const replaced = withoutIdentity(tag, known, value, read, terms);
  if (replaced === null) return { value, replaced: false };
  counts.add('own values', 'retained attributes with a name, number or date of the file', 'replaced');
  return { value: replaced, replaced: true };
}
