import type { DataSet, Element } from 'dicom-parser';
import type { CharacterSet } from '../character-set';
import { truncated } from '../damaged';
import type { Dictionary } from '../dictionary';
import type { ActionCounts } from './action-counts';
import { maxValuesOf, onlyNumbers } from './only-numbers';
import { onlyText } from './only-text';
import type { IdentityTerms } from './own-identity/identity-terms';
import { withoutIdentity } from './own-identity/without-identity';
import type { PaletteUse } from './palette-use';
import { trimTable } from './tables';

export interface KeptContext {
  readonly dictionary: Dictionary;
  readonly bigEndian: boolean;
  readonly counts: ActionCounts;
  /** The file's own names, numbers and dates, which no kept value may contain. */
  readonly terms: IdentityTerms;
  readonly characterSet: CharacterSet;
  readonly paletteUse: PaletteUse | null;
}

export interface KeptElement {
  readonly tag: string;
  readonly element: Element;
  /** Value representation by the dictionary. */
  readonly known: string;
  readonly multiplicity: string;
  /** Value representation by the file. */
  readonly written: string;
}

export function valueBytes(dataSet: DataSet, { dataOffset, length }: Element): Buffer {
  const { byteArray } = dataSet;
  if (dataOffset + length > byteArray.length) throw truncated('The DICOM file ends inside an element.');
  return Buffer.from(byteArray.buffer, byteArray.byteOffset + dataOffset, length);
}

/**
 * Cleans the value of a kept attribute: the same bytes, without data after a table, content that its representation
 * does not allow, and what the file states about its patient. `replaced`: the value is a new one of the dictionary's
 * representation.
 * @throws FoveaError `hidden_data`, `truncated`
 */
export function keptValue(
  dataSet: DataSet,
  { tag, element, known, multiplicity, written }: KeptElement,
  { dictionary, bigEndian, counts, terms, characterSet, paletteUse }: KeptContext,
): { readonly value: Buffer; readonly replaced: boolean } {
  const read = (bytes: Buffer): string => characterSet.decode(bytes).text;
  const maxValues = maxValuesOf(multiplicity);
  const whole = valueBytes(dataSet, element);
  const table = trimTable(dataSet, tag, whole, paletteUse);
  if (table !== whole) counts.add('outside tables', 'table data not needed to display the image', 'removed');
  const numbers = onlyNumbers({ known, written, maxValues, bigEndian }, table, read, dictionary);
  if (numbers !== null) counts.add('no numbers', 'text in place of numbers', 'emptied');
  const text = onlyText({ known, maxValues }, table, read);
  if (text !== null) counts.add('no values', 'text that does not match the attribute', 'replaced');
  const value = numbers ?? text ?? table;
  const replaced = withoutIdentity(tag, known, value, read, terms);
  if (replaced === null) return { value, replaced: false };
  counts.add('own values', 'retained attributes with a name, number or date of the file', 'replaced');
  return { value: replaced, replaced: true };
}
