import type { DataSet, Element } from 'dicom-parser';
import type { Notes } from '../notes';
import { textOf } from '../text';
import { parseNumber, splitPrintedList } from './parse-number';

type BinaryRepresentation = 'US' | 'SS' | 'UL' | 'SL' | 'FL' | 'FD';

/** An attribute with numeric values: `tag` in dicom-parser's form, `name` for people, `vr` by PS3.6. */
export interface NumberAttribute {
  readonly tag: string;
  readonly name: string;
  readonly vr: 'DS' | 'IS' | BinaryRepresentation;
}

/** No attribute read here holds more; some files hold thousands. */
const MAX_VALUES = 64;
const MAX_TEXT_BYTES = 4096;

const sizes: Readonly<Record<BinaryRepresentation, number>> = { US: 2, SS: 2, UL: 4, SL: 4, FL: 4, FD: 8 };

const isBinary = (vr: string): vr is BinaryRepresentation => vr in sizes;

/** The value representation declared in the file, else the standard's. */
function storedAs({ vr }: Element, attribute: NumberAttribute): string {
  if (vr === undefined || vr === 'UN' || vr === 'OB' || vr === 'OW') return attribute.vr;
  // The choice between US and SS depends on Pixel Representation, and many writers get it wrong; the caller knows.
  const sixteen = (one: string) => one === 'US' || one === 'SS';
  return sixteen(vr) && sixteen(attribute.vr) ? attribute.vr : vr;
}

function readBinary(dataSet: DataSet, element: Element, vr: BinaryRepresentation): (number | null)[] {
  const parser = element.parser ?? dataSet.byteArrayParser;
  const read = {
    US: parser.readUint16,
    SS: parser.readInt16,
    UL: parser.readUint32,
    SL: parser.readInt32,
    FL: parser.readFloat,
    FD: parser.readDouble,
  }[vr];
  const available = Math.min(element.length, dataSet.byteArray.length - element.dataOffset);
  const count = Math.min(Math.floor(available / sizes[vr]), MAX_VALUES);
  return Array.from({ length: count }, (_, index) => {
    const value = read(dataSet.byteArray, element.dataOffset + index * sizes[vr]);
    return Number.isFinite(value) ? value : null;
  });
}

/**
 * Parses one written value; null if empty, not a number or ambiguous. Notes the latter two. `subject` names the value
 * in notes.
 */
function readWritten(text: string, subject: string, { name, vr }: NumberAttribute, notes: Notes): number | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: padding is NUL or space, and files hold worse.
  if (/^[\s\u0000-\u001f]*$/.test(text)) return null;
  const number = parseNumber(text);
  if (number === null) {
    notes.add(notANumber(subject));
    return null;
  }
  if ('either' in number) {
    const [grouped, decimal] = number.either;
    notes.add(`${subject} is written with a comma and could be ${grouped} or ${decimal}, so it is ignored.`);
    return null;
  }
  if (vr === 'IS' && !Number.isInteger(number.value)) {
    notes.add(`${subject} is not a whole number in this file and is ignored.`);
    return null;
  }
  const inexact = vr === 'IS' && /[.eE]/.test(text) ? 'a decimal point or an exponent' : null;
  const oddity = [number.oddity, inexact].filter((one) => one !== null).join(' and ');
  if (oddity !== '')
    notes.add(`${name} is written with ${oddity}, which DICOM does not allow there; its number is used.`);
  return number.value;
}

/**
 * Reads all values of an attribute in order, null where one is empty or not a finite number. Strict: never truncates a
 * text to make it a number. Notes irregularities. Empty if the attribute is absent or empty.
 */
export function readNumbers(
  dataSet: DataSet | undefined,
  attribute: NumberAttribute,
  notes: Notes,
): readonly (number | null)[] {
  const element = dataSet?.elements[attribute.tag];
  if (dataSet === undefined || element === undefined || element.length === 0 || element.items !== undefined) return [];
  const vr = storedAs(element, attribute);
  if (isBinary(vr)) {
    const values = readBinary(dataSet, element, vr);
    if (values.length === 0) notes.add(notANumber(attribute.name));
    for (const [index, value] of values.entries()) {
      if (value === null) notes.add(notANumber(valueName(attribute, index, values.length)));
    }
    if (vr !== attribute.vr && values.some((value) => value !== null)) notes.add(otherRepresentation(attribute, vr));
    return values;
  }
  const text = textOf(dataSet, element, MAX_TEXT_BYTES);
  const values = text
    .split('\\', MAX_VALUES)
    .flatMap((part) => {
      const printed = splitPrintedList(part);
      if (printed !== null) notes.add(`${attribute.name} is written as a list in brackets; its numbers are used.`);
      return printed ?? [part];
    })
    .map((part, index, parts) => readWritten(part, valueName(attribute, index, parts.length), attribute, notes));
  // A value stored as UN has the standard's representation.
  const found = element.vr === undefined || element.vr === 'UN' ? attribute.vr : element.vr;
  if (found !== attribute.vr && values.some((value) => value !== null))
    notes.add(otherRepresentation(attribute, found));
  return values;
}

/** Names a value in notes, by its position if the attribute has several. */
const valueName = ({ name }: NumberAttribute, index: number, count: number): string =>
  count === 1 ? name : `Value ${index + 1} of ${name}`;

const notANumber = (subject: string): string => `${subject} is not a number in this file and is ignored.`;

function otherRepresentation({ name, vr }: NumberAttribute, found: string): string {
  return `${name} is stored as ${found.replace(/[^A-Z]/g, '')} instead of ${vr}; its number is used.`;
}

/** Reads a single-valued attribute; if the file has several values, notes that and returns the first number. */
export function readNumber(dataSet: DataSet | undefined, attribute: NumberAttribute, notes: Notes): number | undefined {
  const values = readNumbers(dataSet, attribute, notes);
  if (values.length > 1) notes.add(`${attribute.name} has several values where DICOM allows one; the first is used.`);
  return values.find((value) => value !== null) ?? undefined;
}
